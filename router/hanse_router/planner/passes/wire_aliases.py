"""Alias fields of one response key that conflict in a subgraph.

In the client's API both can have one response key: their types differ between subgraphs, or they belong to object
types that exclude each other (GraphQL specification, 5.3.2: fields of one response name must have the same shape).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from operator import is_
from typing import TypeVar

from hanse_router.planner.budget import Budget
from hanse_router.planner.requests import Request
from hanse_router.query_plan import FieldSelection, InlineFragment, Selection
from hanse_schema.type_ref import named_type

_Part = TypeVar("_Part", bound=Selection)


def add_wire_aliases(requests: list[Request], budget: Budget) -> list[Request]:
    """Give conflicting fields aliases of their own."""
    aliases = _Aliases(budget)
    for request in requests:
        request.selections = aliases.settle(request.selections)
        for group in request.groups:
            group.selections = aliases.settle(group.selections)
    return requests


class _Aliases:
    """Gives aliases within a budget: nested fields are compared once for each level above them."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def settle(self, selections: tuple[Selection, ...]) -> tuple[Selection, ...]:
        """The selections without conflicts."""
        if any(isinstance(selection, InlineFragment) for selection in selections):
            return _Scope(self, selections).rewrite(selections)
        return tuple([_with(s, self.settle(s.selections)) if s.selections else s for s in selections])

    def kind(self, field: FieldSelection) -> tuple[object, ...]:
        """The part that must be equal for two fields to share a key."""
        self._budget.spend()
        wrappers = field.type.replace(named_type(field.type), "")
        if not field.selections:
            return (field.name, field.arguments, field.type)
        # The selections of composite fields must be equal.
        shape = frozenset((below.alias, *self.kind(below)) for below in _flat(field.selections))
        return (field.name, field.arguments, wrappers, shape)


class _Scope:
    """The fields of one object in a reply, across fragments."""

    def __init__(self, aliases: _Aliases, selections: Iterable[Selection]) -> None:
        self._aliases = aliases
        self._kinds: dict[str, dict[tuple[object, ...], str]] = {}
        self._uses = Counter(field.alias for field in _flat(selections))
        self._taken = set(self._uses)

    def rewrite(self, selections: Iterable[Selection]) -> tuple[Selection, ...]:
        """The selections, with other aliases where fields conflict."""
        found: list[Selection] = []
        for selection in selections:
            if isinstance(selection, InlineFragment):
                found.append(_with(selection, self.rewrite(selection.selections)))
            else:
                inner = selection.selections
                field = _with(selection, self._aliases.settle(inner)) if inner else selection
                alias = self._alias(field) if self._uses[field.alias] > 1 else field.alias
                found.append(field if alias == field.alias else replace(field, alias=alias))
        return tuple(found)

    def _alias(self, field: FieldSelection) -> str:
        kinds = self._kinds.setdefault(field.alias, {})
        kind = self._aliases.kind(field)
        if kind not in kinds:
            kinds[kind] = self._free(field.alias) if kinds else field.alias
        return kinds[kind]

    def _free(self, alias: str) -> str:
        count = 1
        while (free := f"{alias}_{count}") in self._taken:
            count += 1
        self._taken.add(free)
        return free


def _flat(selections: Iterable[Selection]) -> Iterable[FieldSelection]:
    for selection in selections:
        if isinstance(selection, InlineFragment):
            yield from _flat(selection.selections)
        else:
            yield selection


def _with(selection: _Part, inner: tuple[Selection, ...]) -> _Part:
    """The selection with other selections below it; the same object if they are equal."""
    return selection if all(map(is_, inner, selection.selections)) else replace(selection, selections=inner)
