"""Small invalid schemas, at least one for each error code of the reference, read from snippets.graphql."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("snippets.graphql")


@dataclass(frozen=True, slots=True)
class Snippet:
    """SDL for one or several subgraphs of at least that Federation 2 minor version, or of Federation 1 (None)."""

    minor: int | None
    fragments: tuple[str, ...]


def read_snippets(file: Path = _FILE) -> tuple[Snippet, ...]:
    """All snippets of a file, in its order."""
    _, *blocks = re.split(r"^### v", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    snippets = []
    for block in blocks:
        version, _, text = block.partition("\n")
        minor = int(version.removeprefix("2.")) if version != "1" else None
        fragments = re.split(r"^### and$", text, flags=re.MULTILINE)
        snippets.append(Snippet(minor, tuple(fragment.strip() for fragment in fragments)))
    return tuple(snippets)


SNIPPETS = read_snippets()
