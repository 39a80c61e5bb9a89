"""Subgraph sets of other projects: fixtures and test inputs, read from checkouts and not stored.

A checkout is a work tree of `apollographql/federation` or `graphql-hive/federation-composition`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hanse_schema.subgraph.model import SubgraphSource

_TEST = re.compile(r"^\s*(?:test|it)(?:\.each|\.only)?\b", re.MULTILINE)
_SUBGRAPH = re.compile(
    r"name:\s*['\"](?P<name>[\w-]+)['\"],?\s*(?:url:\s*['\"][^'\"]*['\"],?\s*)?typeDefs:\s*(?:gql|graphql|parse)?\(?\s*`(?P<sdl>[^`]*)`"
)
_NAMED_SDL = re.compile(r"(?:const|let)\s+(?P<name>subgraph\w*)\s*=\s*(?:gql|graphql)\s*`(?P<sdl>[^`]*)`")
_AS_FEDERATION_2 = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [%s])\n'
_IMPORTED = (
    "key requires provides external tag extends shareable inaccessible override composeDirective interfaceObject "
    "authenticated requiresScopes policy context fromContext cost listSize"
)
_IMPORTS = ", ".join(f'"@{name}"' for name in _IMPORTED.split())


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A subgraph set with where it comes from."""

    name: str
    subgraphs: tuple[SubgraphSource, ...]


def fixture_folders(checkout: Path) -> Iterator[NamedSet]:
    """Every folder of a checkout with `.graphql` files, each file a subgraph."""
    for folder in sorted({file.parent for file in checkout.rglob("fixtures/*/*.graphql")}):
        files = sorted(folder.glob("*.graphql"))
        yield NamedSet(
            folder.name,
            tuple(SubgraphSource(f.stem, f.read_text(encoding="utf-8"), f"http://{f.stem}.test") for f in files),
        )


def test_inputs(checkout: Path) -> Iterator[NamedSet]:
    """The subgraphs in the tests of a checkout, one set per test, if they are literal text."""
    files = [
        f for pattern in ("*.test.ts", "*.spec.ts") for f in checkout.rglob(pattern) if "node_modules" not in f.parts
    ]
    for file in sorted(files):
        blocks = _TEST.split(file.read_text(encoding="utf-8"))[1:]
        for number, block in enumerate(blocks):
            subgraphs = _subgraphs(block)
            if subgraphs:
                yield NamedSet(f"{file.stem}:{number}", subgraphs)


def _subgraphs(block: str) -> tuple[SubgraphSource, ...]:
    as_federation_2 = "asFed2" in block or "AsFed2" in block or "buildForErrors" in block or _NAMED_SDL.search(block)
    found: dict[str, SubgraphSource] = {}
    for match in [*_SUBGRAPH.finditer(block), *_NAMED_SDL.finditer(block)]:
        name, sdl = match["name"], match["sdl"].replace("\\`", "`").replace("\\\\", "\\")
        if "${" in sdl:
            return ()
        if as_federation_2 and "@link" not in sdl:
            sdl = _AS_FEDERATION_2 % _IMPORTS + sdl
        found.setdefault(name, SubgraphSource(name, sdl, f"http://{name.lower()}.test"))
    return tuple(found.values())
