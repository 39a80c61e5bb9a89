"""Hostile documents over the platform's own schema, and a router over it at the default settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hanse_router.app import create_router
from hanse_router.settings import RouterSettings
from hanse_router.transports.protocol import FileAt
from tests.router.platform import Platform

_PUBLISHED = Path(__file__).parents[2] / "schema/published"


@cache
def published_sdl() -> str:
    """The platform's own supergraph."""
    return (_PUBLISHED / "supergraph.graphql").read_text()


def doubling(levels: int, name: str = "Q") -> str:
    """Fragments that spread the next one four times each, over fields of several subgraphs."""
    fragments = []
    for level in range(1, levels + 1):
        below = f"...F{level + 1}" if level < levels else "username"
        fragments.append(
            f"fragment F{level} on User {{ username"
            f" a{level}: products(first: 2) {{ nodes {{ seller {{ {below} }} }} }}"
            f" b{level}: products(first: 3) {{ nodes {{ seller {{ {below} }} }} }}"
            f" tasks(first: 2) {{ nodes {{ owner {{ {below} }} assignee {{ {below} }} }} }} }}"
        )
    return f"query {name} {{ me {{ ...F1 }} }} {' '.join(fragments)}"


DOUBLING = doubling(5)
HEAVY = {
    "fragments that double": DOUBLING,
    "66 aliases of __schema": "{ " + " ".join(f"s{n}: __schema {{ ...S }}" for n in range(66)) + " } "
    "fragment S on __Schema { types { name fields { name args { name type { name } } type { ofType { name } } } } }",
    "1,600 spreads side by side": "{ me { "
    + " ".join(f"...F{n}" for n in range(1_600))
    + " } } "
    + " ".join(f"fragment F{n} on User {{ id }}" for n in range(1_600)),
    "14,000 times one field": "{ me { " + "id " * 14_000 + "} }",
    "fields nested 99 deep": "{ me { " + "tasks(first: 1) { nodes { owner { " * 32 + "id" + " } } }" * 32 + " } }",
    "fragments nested 3,000 deep": "{ me { " + "... { " * 3_000 + "id" + " }" * 3_000 + " } }",
    "a chain of 1,500 fragments": "{ me { ...F0 } } "
    + " ".join(f"fragment F{n} on User {{ ...F{n + 1} }}" for n in range(1_500))
    + " fragment F1500 on User { id }",
    "500 operations over 500 fragments": " ".join(f"query Q{n} {{ me {{ ...F0 }} }}" for n in range(500))
    + " ".join(f"fragment F{n} on User {{ ...F{n + 1} }}" for n in range(499))
    + " fragment F499 on User { id }",
    "2,000 directives at one field": "{ me { id " + "@include(if: true) " * 2_000 + "} }",
    "7,000 variables": "query(" + " ".join(f"$v{n}: Int" for n in range(3_500)) + ") { me { id } }",
    "a list of 14,000 numbers": "{ product(id: [" + "1 " * 14_000 + "]) { id } }",
    "lists nested 4,000 deep": "{ product(id: " + "[" * 4_000 + "]" * 4_000 + ") { id } }",
    "a name of 150,000 letters": "{ " + "x" * 150_000 + " }",
    "a comment of two megabytes": "{ __typename } #" + "x" * 1_900_000,
}
"""Documents of which each took seconds, or could, at the default settings."""


class NoData:
    """A subgraph in this process that knows nothing."""

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """Answer with null."""
        return 200, b'{"data":null}'

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """One event without data."""
        yield b'{"data":null}'


class Published(Platform):
    """A router over the platform's own supergraph; its subgraphs have no data."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        chosen = RouterSettings.load(None, identity={"key_file": folder / "router.json"}, **settings)
        names = [file.stem for file in _PUBLISHED.glob("*.graphql")]
        self.router = create_router(chosen, published_sdl(), local_endpoints={name: NoData() for name in names})
