"""Where all that a request selects hangs on one condition, hang the request on it."""

from __future__ import annotations

from dataclasses import replace

from router.planner.plan import InlineFragment, Selection
from router.planner.requests import Request
from router.planner.shape import ALWAYS, Conditions


def lift_conditions(requests: list[Request]) -> list[Request]:
    """Find the conditions that every selection of a group shares, and the whole request."""
    for request in requests:
        for group in request.groups:
            shared = _shared(group.selections)
            group.selections = _without(group.selections, shared)
            group.conditions = shared
            request.conditions = shared
        if request.selections:
            request.conditions = _shared(request.selections)
            request.selections = _without(request.selections, request.conditions)
    return requests


def _shared(selections: tuple[Selection, ...]) -> Conditions:
    """The conditions without which nothing is selected."""
    each = []
    for selection in selections:
        conditions: Conditions = frozenset(selection.conditions)
        if isinstance(selection, InlineFragment):
            conditions |= _shared(selection.selections)
        elif selection.name == "__typename" and not conditions and len(selections) > 1:
            continue  # goes along with the others
        each.append(conditions)
    return frozenset.intersection(*each) if each else ALWAYS


def _without(selections: tuple[Selection, ...], lifted: Conditions) -> tuple[Selection, ...]:
    if not lifted:
        return selections
    return tuple(_strip(selection, lifted) for selection in selections)


def _strip(selection: Selection, lifted: Conditions) -> Selection:
    conditions = tuple(condition for condition in selection.conditions if condition not in lifted)
    inner = _without(selection.selections, lifted)
    return replace(selection, selections=inner, conditions=conditions)
