"""Conditions are made simple without a change of when they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hanse_router.execute.conditions import Booleans, any_holds, holds
from hanse_router.operation import Conditions, SkipInclude
from hanse_router.planner.conditions import (
    ALWAYS,
    MAX_ALTERNATIVES,
    AnyOf,
    alternatives,
    any_of,
    common,
    either,
    relative,
)

NAMES = "abcd"
SETS = st.sets(
    st.dictionaries(st.sampled_from(NAMES), st.booleans(), max_size=3).map(
        lambda chosen: frozenset(SkipInclude(name, negated) for name, negated in chosen.items())
    ),
    min_size=1,
    max_size=7,
)


def truths() -> Iterator[Booleans]:
    """Every choice of the variables."""
    for values in product((True, False), repeat=len(NAMES)):
        yield dict(zip(NAMES, values, strict=True))


def one_holds(sets: Iterable[Conditions], booleans: Booleans) -> bool:
    """Whether one of the sets holds as a whole."""
    return any(holds(conditions, booleans) for conditions in sets)


@given(SETS)
def test_a_simple_form_holds_just_where_the_long_one_does(sets: set[Conditions]) -> None:
    """The plan's form too."""
    simple = any_of(sets)
    for booleans in truths():
        assert one_holds(simple, booleans) == one_holds(sets, booleans)
        assert any_holds(alternatives(simple), booleans) == one_holds(sets, booleans)


@given(SETS, SETS)
def test_either_holds_where_one_of_two_does(one: set[Conditions], other: set[Conditions]) -> None:
    """What they have in common holds wherever either does."""
    joined = either(any_of(one), any_of(other))
    for booleans in truths():
        assert one_holds(joined, booleans) == (one_holds(one, booleans) or one_holds(other, booleans))
        assert holds(common(joined), booleans) or not one_holds(joined, booleans)


@given(SETS, SETS)
def test_what_is_left_to_be_told_means_the_same_within(one: set[Conditions], other: set[Conditions]) -> None:
    """Within the outer conditions."""
    outer = either(any_of(one), any_of(other))
    left = relative(any_of(one), outer)
    for booleans in truths():
        if one_holds(outer, booleans):
            assert one_holds(left, booleans) == one_holds(one, booleans)


def test_no_condition_is_left_of_a_variable_and_its_opposite() -> None:
    """Nor of what they imply with others."""
    a, not_a, b = SkipInclude("a"), SkipInclude("a", negated=True), SkipInclude("b")
    assert any_of([frozenset({a}), frozenset({not_a})]) == ALWAYS
    assert any_of([frozenset({a}), frozenset({not_a, b})]) == frozenset({frozenset({a}), frozenset({b})})
    assert any_of([frozenset({a}), frozenset({a, b})]) == frozenset({frozenset({a})})


def test_too_many_alternatives_become_what_they_have_in_common() -> None:
    """Weaker, so nothing is missed."""
    shared = SkipInclude("shared")
    many: AnyOf = frozenset(frozenset({shared, SkipInclude(f"v{i}")}) for i in range(MAX_ALTERNATIVES + 1))
    assert any_of(many) == frozenset({frozenset({shared})})
