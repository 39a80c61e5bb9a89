"""All sets of subgraphs in the tests of composition: those that fail, and those that compose.

`python -m tests.schema.checks.repair.corpus` prints how many errors of each code are repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from hanse_schema.checks.repair import Confidence, Repair, repairs_for
from hanse_schema.compose import Composition, SubgraphSource, compose
from tests.schema.compose import cases as compose_cases
from tests.schema.satisfiability import test_cases as satisfiability_cases
from tests.schema.subgraph import case_files

Failing = tuple[str, Sequence[SubgraphSource], Composition, Sequence[Repair]]


def sets() -> Iterator[tuple[str, Sequence[SubgraphSource]]]:
    """All sets, by name."""
    for case in sorted(compose_cases.CASES.iterdir()):
        yield f"compose/{case.name}", compose_cases.subgraphs_of(case)
    for name, one in case_files.all_cases().items():
        yield f"subgraph/{name}", one.sources
    for path in satisfiability_cases.CASES:
        yield f"satisfiability/{path.stem}", satisfiability_cases.read_case(path)[0]


@cache
def failing() -> tuple[Failing, ...]:
    """The sets that do not compose, with their repairs."""
    composed = ((name, sources, compose(sources)) for name, sources in sets())
    return tuple(
        (name, sources, composition, repairs_for(sources, composition))
        for name, sources, composition in composed
        if composition.errors
    )


@cache
def composing() -> tuple[tuple[str, Sequence[SubgraphSource]], ...]:
    """The sets that compose."""
    return tuple((name, sources) for name, sources in sets() if compose(sources).supergraph is not None)


def counts() -> dict[str, tuple[int, int, int]]:
    """The number of errors, of repaired ones and of safely repaired ones, by code."""
    errors: Counter[str] = Counter()
    repaired: Counter[str] = Counter()
    safe: Counter[str] = Counter()
    for _, _, composition, repairs in failing():
        errors.update(error.code for error in composition.errors)
        repaired.update(repair.diagnostic.code for repair in repairs)
        safe.update(repair.diagnostic.code for repair in repairs if repair.confidence is Confidence.SAFE)
    return {code: (errors[code], repaired[code], safe[code]) for code in sorted(errors)}


def main() -> None:
    """Print the counts."""
    found = counts()
    for code, (errors, repaired, safe) in found.items():
        print(f"{code:55} {errors:4} errors, {repaired:4} repaired, {safe:4} safe")
    print("{:55} {:4} errors, {:4} repaired, {:4} safe".format("all", *map(sum, zip(*found.values(), strict=True))))


if __name__ == "__main__":
    main()
