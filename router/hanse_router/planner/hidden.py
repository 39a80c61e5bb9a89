"""Hidden fields: the fields of representations, under unused response keys."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_router.operation import Arguments
from hanse_router.planner.graph_view import GraphView
from hanse_router.planner.merged import MergedField, MergedSelections, TypeSelections
from hanse_router.planner.query_tree import ResponseKeys
from hanse_router.query_plan import Required, RequiredField, RequiredFragment
from hanse_schema.query_graph import TYPENAME, FieldPick, Picks
from hanse_schema.type_ref import named_type

_TYPENAME = RequiredField(TYPENAME, TYPENAME)


class HiddenSelections:
    """Makes the selections of hidden fields."""

    def __init__(self, view: GraphView) -> None:
        self._view = view

    def make(self, type_: str, names: ResponseKeys, picks: Picks) -> tuple[MergedSelections, tuple[Required, ...]]:
        """The selections of a field set on a type, and how the executor reads it from the response tree."""
        selections = MergedSelections(type_)
        required = tuple(self._fill(selections, names, picks, type_))
        return selections, required

    def _fill(self, selections: MergedSelections, names: ResponseKeys, picks: Picks, on: str) -> Iterator[Required]:
        possible = self._view.graph.possible
        for pick in picks:
            if isinstance(pick, FieldPick):
                field, required = self._field(on, names, pick)
                selections.common.append(field)
                yield required
                continue
            types = possible.get(selections.type, frozenset()) & possible.get(pick.type, frozenset())
            if types == possible.get(selections.type):
                yield from self._fill(selections, names, pick.picks, pick.type)
            elif types:
                inner = MergedSelections(pick.type)
                part = tuple(self._fill(inner, names, pick.picks, pick.type))
                selections.by_type.append(TypeSelections(types, list(inner.common)))
                selections.by_type += [TypeSelections(types & nested.types, nested.fields) for nested in inner.by_type]
                yield RequiredFragment(pick.type, tuple(sorted(types)), part)

    def _field(self, type_: str, names: ResponseKeys, pick: FieldPick) -> tuple[MergedField, RequiredField]:
        if pick.name == TYPENAME:
            return MergedField(TYPENAME, TYPENAME, "String!", hidden=True), _TYPENAME
        arguments = Arguments(pick.arguments)
        key = names.key_for(pick.name, arguments)
        reference = self._view.field_type(type_, pick.name)
        field = MergedField(key, pick.name, reference, arguments, hidden=True)
        if not pick.picks:
            return field, RequiredField(pick.name, key)
        inner = named_type(reference)
        abstract = self._view.is_abstract(inner)
        field.selections, required = self.make(inner, names.child(key), pick.picks)
        if abstract:
            required = (_TYPENAME, *(part for part in required if part != _TYPENAME))
        return field, RequiredField(pick.name, key, required)
