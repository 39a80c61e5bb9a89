"""Repairs over all failing sets in the tests of composition."""

from __future__ import annotations

from collections import Counter

import pytest

from hanse_schema.checks.repair import Confidence, fix, repairs_for
from hanse_schema.checks.repair.fixers import FIXERS_OF
from hanse_schema.checks.repair.trial import MIN_TRIALS, Trial, apply
from hanse_schema.checks.repair.unrepaired import UNREPAIRED
from hanse_schema.compose import SubgraphSource, compose
from tests.schema.checks.repair.corpus import counts, failing

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"%s])\n'


def test_each_offered_patch_removes_its_error_and_adds_none_of_its_stage() -> None:
    tried = 0
    for name, sources, composition, repairs in failing():
        before = Counter((error.code, error.coordinate) for error in composition.errors)
        for repair in repairs:
            key = (repair.diagnostic.code, repair.diagnostic.coordinate)
            assert repair.patches, name
            for patch in repair.patches:
                patched = apply(sources, patch.edits)
                assert patched is not None, name
                after = compose(patched)
                tried += 1
                if after.errors and after.stage == composition.stage:
                    found = Counter((error.code, error.coordinate) for error in after.errors)
                    assert not found - before, (name, patch.title)
                    assert found[key] < before[key], (name, patch.title)
                else:
                    assert after.stage >= composition.stage, (name, patch.title)
    assert tried > 300


def test_a_safe_repair_is_one_patch_of_a_fixer_that_may_be_safe() -> None:
    for name, _, _, repairs in failing():
        for repair in repairs:
            if repair.confidence is Confidence.SAFE:
                assert len(repair.patches) == 1, name
                fixers = FIXERS_OF[repair.diagnostic.code]
                assert any(fixer.confidence is Confidence.SAFE for fixer in fixers), repair.diagnostic.code


def test_most_errors_with_a_fixer_are_repaired() -> None:
    """A code without any repaired error in the corpus is one whose fixer does nothing, except for those listed."""
    found = counts()
    assert {code for code in found if code not in FIXERS_OF and code not in UNREPAIRED} == set()
    unrepaired = {code for code, (_, repaired, _) in found.items() if code in FIXERS_OF and not repaired}
    assert unrepaired == {
        "INTERFACE_OBJECT_USAGE_ERROR",  # no other subgraph has a key in these cases
        "PROVIDES_FIELDS_HAS_ARGS",  # the field is unused then
        "PROVIDES_UNSUPPORTED_ON_INTERFACE",  # the same
        "REQUIRES_INVALID_FIELDS_TYPE",  # a number in the only case
        "TYPE_WITH_ONLY_UNUSED_EXTERNAL",  # other fields return the type
    }


def test_every_error_has_a_place() -> None:
    """Only what is about the whole graph has no line."""
    without = {
        error.code
        for _, _, composition, _ in failing()
        for error in composition.errors
        if not any(location.line for location in error.locations)
    }
    assert without <= {
        "NO_QUERIES",
        "INVALID_SUBGRAPH_NAME",
        "SATISFIABILITY_ERROR",
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    }


def test_a_patch_keeps_all_else_byte_for_byte() -> None:
    text = (
        LINK % ""
    ) + '# comment\r\ntype   Query {a: A}\r\ntype A\t@key( fields:"id" ) { id:ID!,  n: Int }  # end\r\n'
    other = (LINK % ', "@shareable"') + 'type A @key(fields: "id") { id: ID! n: Int @shareable }'
    fixed = fix([SubgraphSource("a", text), SubgraphSource("b", other)], frozenset({"a"}))
    assert fixed.composition.errors == ()
    assert fixed.sources[0].sdl == text.replace('["@key"]', '["@key", "@shareable"]').replace("Int ", "Int @shareable ")
    assert fixed.sources[1].sdl == other
    assert [repair.diagnostic.code for repair in fixed.applied] == ["INVALID_FIELD_SHARING"]


def test_rounds_repair_what_earlier_errors_hide() -> None:
    """A subgraph's own errors hide those of the merge."""
    one = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")\n' + (
        'type Query { a: A }\ntype A @key(fields: "id") { id: ID! n: Int m: Int }'
    )
    other = (LINK % ', "@shareable"') + 'type A @key(fields: "id") { id: ID! n: Int @shareable }'
    fixed = fix([SubgraphSource("a", one), SubgraphSource("b", other)], frozenset({"a", "b"}))
    assert fixed.composition.errors == ()
    assert [repair.diagnostic.code for repair in fixed.applied] == ["INVALID_GRAPHQL", "INVALID_FIELD_SHARING"]


def test_subgraphs_that_cannot_be_edited_are_left_alone() -> None:
    sources = [
        SubgraphSource("a", (LINK % "") + 'type Query { a: A }\ntype A @key(fields: "id") { id: ID! n: Int }'),
        SubgraphSource("b", (LINK % ', "@shareable"') + 'type A @key(fields: "id") { id: ID! n: Int @shareable }'),
    ]
    fixed = fix(sources, frozenset({"b"}))
    assert list(fixed.sources) == sources
    assert [repair.confidence for repair in fixed.remaining] == [Confidence.SAFE]


def test_the_number_of_compositions_is_bounded() -> None:
    """Many errors, each with a repair: the trials stop, and a large graph has few of them."""
    fields = " ".join(f"f{number}: Int" for number in range(300))
    sources = [
        SubgraphSource("a", (LINK % "") + f"type Query {{ a: Int {fields} }}"),
        SubgraphSource("b", (LINK % ', "@shareable"') + f"type Query @shareable {{ b: Int {fields} }}"),
    ]
    composition = compose(sources)
    assert len(composition.errors) == 300
    repairs = repairs_for(sources, composition)
    assert len(repairs) == 100, "they are tried together"
    assert {repair.confidence for repair in repairs} == {Confidence.SAFE}
    large = [SubgraphSource("a", " " * 10_000_000)]
    assert Trial(large, compose(large)).left == MIN_TRIALS


@pytest.mark.parametrize("name", ["price", "weight"])
def test_a_misspelled_field_is_offered_as_a_choice(name: str) -> None:
    sdl = (LINK % ', "@requires", "@external"') + (
        f'type Query {{ p: P }}\ntype P @key(fields: "id") {{ id: ID! {name}: Int @external s: Int '
        f'@requires(fields: "{name}x") }}'
    )
    other = LINK % "" + f'type P @key(fields: "id") {{ id: ID! {name}: Int }}'
    sources = [SubgraphSource("a", sdl), SubgraphSource("b", other)]
    repairs = {repair.diagnostic.code: repair for repair in repairs_for(sources, compose(sources))}
    assert repairs["REQUIRES_INVALID_FIELDS"].confidence is Confidence.CHOICE
    assert repairs["REQUIRES_INVALID_FIELDS"].patches[0].title == f"Select {name} in @requires."
    unused = repairs.get("EXTERNAL_UNUSED")
    assert unused is None or unused.confidence is Confidence.CHOICE, "it is unused because of the other error"
