"""Reads the case files of this folder: subgraphs in SDL, and what ingest has to say about them.

A file starts with its topic. A case starts with `=== title`, followed by the expected errors, one per line, as
code and place (none: accepted). `--- name` starts a subgraph's SDL, `+++ name` the fields that its schema has in the
end, with their directives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from hanse_schema.subgraph import SubgraphSource

FOLDER = Path(__file__).parent / "cases"


@dataclass
class Case:
    """One case: subgraphs, and the errors or the fields expected."""

    title: str
    errors: list[str] = field(default_factory=list)
    sources: list[SubgraphSource] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)  # by subgraph


def read_cases(path: Path) -> list[Case]:
    """All cases of one file."""
    return [_case(block) for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]]


def _case(block: str) -> Case:
    head, *parts = re.split(r"^(---|\+\+\+) ", block, flags=re.MULTILINE)
    title, _, errors = head.partition("\n")
    case = Case(title, [line for line in errors.splitlines() if line])
    for marker, part in zip(parts[::2], parts[1::2], strict=True):
        name, _, text = part.partition("\n")
        if marker == "---":
            case.sources.append(SubgraphSource(name, text.strip("\n")))
        else:
            case.fields[name] = [line for line in text.splitlines() if line]
    return case


def all_cases() -> dict[str, Case]:
    """Every case of the folder, under its file and title."""
    return {f"{path.stem}: {case.title}": case for path in sorted(FOLDER.glob("*.txt")) for case in read_cases(path)}
