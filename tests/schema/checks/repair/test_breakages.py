"""Sets that compose, broken by one change each: a repair restores what clients see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

from graphql import lexicographic_sort_schema, print_schema

from hanse_schema.checks.repair import Confidence, fix, repairs_for
from hanse_schema.checks.repair.trial import apply
from hanse_schema.compose import SubgraphSource, compose
from hanse_schema.supergraph import api_schema
from tests.schema.checks.repair.corpus import composing

Sources = Sequence[SubgraphSource]

# Each removes or replaces one occurrence of a pattern outside of the imports.
BREAKAGES = {
    "no @shareable": (r"(?<=[\w!\]]) @shareable\b", ""),
    "no @external": (r"(?<=[\w!\]]) @external\b", ""),
    "no @key": (r' @key\(fields: "[^"]*"\)', ""),
    "unresolvable @key": (r'@key\(fields: "([^"]*)"\)', r'@key(fields: "\1", resolvable: false)'),
    "no import": (r'"@(?:shareable|key|external|requires|provides|tag|inaccessible)"(?:, )?', ""),
    "no @requires": (r'(?<=[\w!\]]) @requires\(fields: "[^"]*"\)', ""),
    "field set as a list": (r'@key\(fields: "(\w+)"\)', r'@key(fields: ["\1"])'),
    "misspelled key": (r'@key\(fields: "(\w\w+)"\)', r'@key(fields: "\1x")'),
    "future version": (r"federation/v2\.\d+", "federation/v2.99"),
    "other type": (r"(?<=: )Int\b(?!!)(?= @external)", "String"),
}


def broken() -> Iterator[tuple[str, Sources, Sources]]:
    """The name of a breakage, the set, and the broken set; only those that do not compose any more."""
    for _, sources in composing():
        for kind, (pattern, replacement) in BREAKAGES.items():
            for position, source in enumerate(sources):
                for match in islice(re.finditer(pattern, source.sdl), 1):
                    text = source.sdl[: match.start()] + match.expand(replacement) + source.sdl[match.end() :]
                    changed = [*sources[:position], replace(source, sdl=text), *sources[position + 1 :]]
                    if compose(changed).supergraph is None:
                        yield kind, sources, changed


def api(sources: Sources) -> str | None:
    """What clients see of a set, in alphabetical order; None where it does not compose."""
    supergraph = compose(sources).supergraph
    return None if supergraph is None else print_schema(lexicographic_sort_schema(api_schema(supergraph)))


@cache
def outcomes() -> tuple[tuple[str, str, Sources, Sources], ...]:
    """For each broken set its kind and how it is repaired: `same`, `other`, `choice` or `none`.

    `same` and `other` are safe repairs; the former restore what clients see.
    """
    found = []
    for kind, sources, changed in broken():
        fixed = fix(changed, frozenset(source.name for source in changed))
        if fixed.composition.supergraph is not None:
            outcome = "same" if api(fixed.sources) == api(sources) else "other"
        else:
            outcome = "choice" if _chosen(fixed.sources, sources) else "none"
        found.append((kind, outcome, sources, changed))
    return tuple(found)


def _chosen(changed: Sources, sources: Sources) -> bool:
    """Whether one of the offered patches restores what clients see."""
    wanted = api(sources)
    patches = [patch for repair in repairs_for(changed, compose(changed)) for patch in repair.patches]
    return any(api(apply(changed, patch.edits) or changed) == wanted for patch in patches)


def test_safe_repairs_restore_what_clients_see() -> None:
    other = [(kind, changed) for kind, outcome, _, changed in outcomes() if outcome == "other"]
    assert other == []


def test_most_breakages_are_repaired() -> None:
    kinds: Counter[str] = Counter()
    repaired: Counter[str] = Counter()
    for kind, outcome, _, _ in outcomes():
        kinds[kind] += 1
        repaired[kind] += outcome != "none"
    assert set(kinds) == set(BREAKAGES), "each kind breaks some set"
    assert sum(repaired.values()) / sum(kinds.values()) > 0.8


def test_a_safe_repair_is_never_a_guess() -> None:
    """Where no patch is certain, nothing is applied."""
    for _, _, _, changed in outcomes()[:50]:
        for repair in repairs_for(changed, compose(changed)):
            if repair.confidence is Confidence.CHOICE:
                assert 1 <= len(repair.patches) <= 4
