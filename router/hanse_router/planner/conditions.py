"""Sets of `@skip` and `@include` conditions, of which one must hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from hanse_router.operation import Conditions, SkipInclude
from hanse_router.query_plan import Alternatives

AnyOf = frozenset[Conditions]
"""Sets of conditions, of which at least one must hold."""

ALWAYS: AnyOf = frozenset((Conditions(),))
MAX_ALTERNATIVES = 8  # above it, only what they have in common is kept
MAX_SETS = 64  # above it, they are not simplified: the work grows with the square of their number


def any_of(sets: Iterable[Conditions]) -> AnyOf:
    """The sets, without those that others imply. If there are too many, their common conditions."""
    return _simplified(frozenset(sets))


def either(one: AnyOf, other: AnyOf) -> AnyOf:
    """The conditions under which one or the other holds."""
    return one if one is other else _simplified(one | other)


def common(conditions: AnyOf) -> Conditions:
    """The conditions that all sets have in common."""
    return Conditions() if conditions is ALWAYS else frozenset.intersection(*conditions)


def relative(conditions: AnyOf, outer: AnyOf) -> AnyOf:
    """The conditions that remain if the outer ones hold."""
    known = common(outer)
    return ALWAYS if conditions == outer else any_of(one - known for one in conditions)


def alternatives(conditions: AnyOf) -> Alternatives:
    """The form in plan nodes: sorted; empty if they always hold."""
    return () if conditions == ALWAYS else tuple(sorted(map(in_order, conditions), key=_order))


def in_order(conditions: Conditions) -> tuple[SkipInclude, ...]:
    """The conditions, sorted."""
    return (
        tuple(sorted(conditions, key=lambda condition: (condition.variable, condition.negated))) if conditions else ()
    )


def opposite(condition: SkipInclude) -> SkipInclude:
    """The negated condition."""
    return SkipInclude(condition.variable, not condition.negated)


@lru_cache(maxsize=4096)
def _simplified(sets: AnyOf) -> AnyOf:
    if Conditions() in sets:
        return ALWAYS
    if len(sets) == 1:
        return sets
    if len(sets) > MAX_SETS:
        return _in_common(sets)
    found: set[Conditions] = set()
    # The order makes the result deterministic.
    pending = sorted(sets, key=lambda one: _order(in_order(one)), reverse=True)
    while pending:
        if len(found) > MAX_SETS:
            return _in_common(sets)
        one = pending.pop()
        if any(held <= one for held in found):
            continue
        found = {held for held in found if not one <= held}
        shorter = [short for held in found for short in (*_shorter(one, held), *_shorter(held, one))]
        found.add(one)
        pending += shorter
    if len(found) > MAX_ALTERNATIVES:
        return _in_common(frozenset(found))
    return ALWAYS if Conditions() in found else frozenset(found)


def _in_common(sets: AnyOf) -> AnyOf:
    shared = common(sets)
    return frozenset((shared,)) if shared else ALWAYS


def _shorter(one: Conditions, other: Conditions) -> Iterator[Conditions]:
    """The other set without a condition that is implied, because `one` holds if that condition does not."""
    for condition in one:
        against = opposite(condition)
        if against in other and one - {condition} <= other:
            yield other - {against}


def _order(conditions: tuple[SkipInclude, ...]) -> tuple[int, tuple[tuple[str, bool], ...]]:
    return len(conditions), tuple((condition.variable, condition.negated) for condition in conditions)
