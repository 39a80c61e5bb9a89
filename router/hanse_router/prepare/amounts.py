"""Numbers of an operation that are known once, or that depend on the variables of a request.

An amount is a number, or a function of the coerced variables. Numbers combine to a number, so that what no variable can
change is computed when the operation is prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias

from hanse_router.operation import Conditions
from hanse_router.request import Variables

Dynamic: TypeAlias = Callable[[Variables], int]
Amount: TypeAlias = int | Dynamic


def value_of(amount: Amount, variables: Variables) -> int:
    """The number for these variables."""
    return amount if isinstance(amount, int) else amount(variables)


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum."""
    known, dynamic = _split(amounts)
    constant = sum(known)
    if not dynamic:
        return constant
    if len(dynamic) == 1 and not constant:
        return dynamic[0]

    def of(variables: Variables) -> int:
        found = constant
        for amount in dynamic:
            found += amount(variables)
        return found

    return of


def maximum(amounts: Iterable[Amount]) -> Amount:
    """The maximum; 0 of none."""
    known, dynamic = _split(amounts)
    constant = max(known, default=0)
    if not dynamic:
        return constant
    if len(dynamic) == 1 and not constant:
        return dynamic[0]
    return lambda variables: max(constant, *(amount(variables) for amount in dynamic))


def product(left: Amount, right: Amount) -> Amount:
    """The product."""
    if isinstance(left, int):
        if isinstance(right, int):
            return left * right
        left, right = right, left
    if isinstance(right, int):
        if right == 0:
            return 0
        return left if right == 1 else _times(left, right)
    return _times_each(left, right)


def under(conditions: Collection[Conditions], amount: Amount) -> Amount:
    """The amount where the conditions of any of these sets hold, otherwise 0. Without a set it always counts."""
    if not conditions or amount == 0:
        return amount
    sets = tuple(tuple((one.variable, one.negated) for one in every) for every in conditions)

    def of(variables: Variables) -> int:
        for every in sets:
            for variable, negated in every:
                if bool(variables.get(variable)) is negated:
                    break
            else:
                return value_of(amount, variables)
        return 0

    return of


def _times(amount: Dynamic, factor: int) -> Dynamic:
    return lambda variables: factor * amount(variables)


def _times_each(left: Dynamic, right: Dynamic) -> Dynamic:
    return lambda variables: left(variables) * right(variables)


def _split(amounts: Iterable[Amount]) -> tuple[list[int], list[Dynamic]]:
    known: list[int] = []
    dynamic: list[Dynamic] = []
    for amount in amounts:
        if isinstance(amount, int):
            known.append(amount)
        else:
            dynamic.append(amount)
    return known, dynamic
