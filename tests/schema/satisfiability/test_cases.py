"""Each file of `cases/` holds subgraphs and what satisfiability says of them.

A file is one scenario: `=== subgraph NAME` opens each SDL (which imports all federation directives unless it links
federation itself), `=== expected` the diagnostics, or the word `satisfiable`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hanse_schema.compose import SubgraphSource, compose
from hanse_schema.satisfiability import check
from hanse_schema.supergraph import parse_supergraph, print_supergraph

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@context", "@fromContext"])\n'
)
CODES = {
    "SATISFIABILITY_ERROR",
    "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
    "REQUIRES_WITHOUT_RESOLVABLE_KEY",
}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path) -> None:
    subgraphs, expected = read_case(case)

    composition = compose(subgraphs)

    found = [*composition.errors, *composition.hints]
    message = [str(diagnostic) for diagnostic in found if diagnostic.code in CODES]
    assert {error.code for error in composition.errors} <= CODES, composition.errors
    assert "\n\n".join(message) == ("" if expected == "satisfiable" else expected)
    if composition.supergraph is not None:  # what is checked is all in the print, nothing that only composition knows
        read = parse_supergraph(print_supergraph(composition.supergraph))
        assert [found.code for found in check(read)] == [h.code for h in composition.hints if h.code in CODES]


def read_case(path: Path) -> tuple[list[SubgraphSource], str]:
    """The subgraphs and the expected text of a case."""
    parts = re.split(r"^=== (.*)\n", path.read_text(), flags=re.MULTILINE)[1:]
    subgraphs, expected = [], ""
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        if title == "expected":
            expected = text.strip()
        else:
            name = title.removeprefix("subgraph ")
            sdl = text if "@link" in text else LINK + text
            subgraphs.append(SubgraphSource(name, sdl, f"http://{name}"))
    return subgraphs, expected
