"""The pages of the documentation, and the code blocks in them.

A block's info string may say what a test does with it: `docs-test=skip`; `serve`: run it in the background, and send
the following GraphQL blocks to it; `background`: run it in the background; `stop`: stop what runs, then run it. With
`title="FILE"` the block is the content of a file, or a change of it if the language is `diff`. A `console`
block is part of a recorded session: see `session.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
FOLLOWED = [*sorted((DOCS / "tutorials").glob("*.md")), DOCS / "how-to" / "develop-with-hanse-dev.md"]
"""The pages that a test follows word by word: they build a graph of their own."""
_FENCE = re.compile(r"^( *)```(\w+)([^\n`]*)\n(.*?)^\1```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, line, language, text, and what is said of it."""

    page: Path
    line: int
    language: str
    text: str
    test: str | None
    title: str | None

    @property
    def id(self) -> str:
        """Where it is."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        test = re.search(r"docs-test=(\w+)", match[3])
        title = re.search(r'title="([^"]+)"', match[3])
        body = re.sub(rf"^{match[1]}", "", match[4], flags=re.M)
        line = text.count("\n", 0, match.start()) + 1
        yield Block(page, line, match[2], body, test[1] if test else None, title[1] if title else None)


def all_blocks(*languages: str) -> list[Block]:
    """The blocks of all pages in these languages."""
    return [block for page in PAGES for block in blocks(page) if block.language in languages]
