"""Merge the fields of an operation by response key, for all object types together where that is possible."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import count

from hanse_router.operation import Conditions, Field, Operation
from hanse_router.planner.conditions import any_of
from hanse_router.planner.merged import MergedField, MergedSelections, TypeSelections
from hanse_schema.query_graph import QueryGraph
from hanse_schema.supergraph.model import InterfaceType, ObjectType
from hanse_schema.type_ref import named_type

_NONE: Conditions = frozenset()
_Selected = tuple[Field, frozenset[str]]  # a field, and the object types for which it is selected


def merge_fields(graph: QueryGraph, operation: Operation, denied: Collection[Field]) -> MergedSelections:
    """The merged fields of an operation, without introspection at the root and without the denied fields."""
    merger = _Merger(graph, denied)
    root = operation.root.name
    fields = (field for field in operation.selections if not field.is_introspection)
    return merger.merge(root, [(field, field.types) for field in fields if field not in denied])


class _Merger:
    def __init__(self, graph: QueryGraph, denied: Collection[Field]) -> None:
        self._graph = graph
        self._denied = denied
        self._order = count()

    def merge(self, type_: str, selected: Iterable[_Selected]) -> MergedSelections:
        """Merge the fields selected of objects of a type, which may be abstract."""
        by_key: dict[str, list[_Selected]] = {}
        for field, types in selected:
            by_key.setdefault(field.response_key, []).append((field, types))
        merged = MergedSelections(type_)
        all_types = self._graph.possible.get(type_, frozenset())
        by_type: dict[tuple[frozenset[str], str | None], TypeSelections] = {}
        for key, group in by_key.items():
            for types, fields in _split(all_types, group):
                merged_field = self._field(key, fields)
                if types == all_types:
                    merged.common.append(merged_field)
                else:
                    on = self._abstract_type(fields, types, all_types)
                    by_type.setdefault((types, on), TypeSelections(types, [], on)).fields.append(merged_field)
        merged.by_type = list(by_type.values())
        return merged

    def _abstract_type(self, fields: list[Field], types: frozenset[str], within: frozenset[str]) -> str | None:
        """The abstract type on which the client selects the fields, if it has exactly these types here."""
        parents = {field.parent.name for field in fields}
        parent = parents.pop()
        if parents or not self._graph.is_abstract(parent):
            return None
        return parent if self._graph.possible[parent] & within == types else None

    def _field(self, key: str, fields: list[Field]) -> MergedField:
        first = fields[0]
        type_ = self._type(first)
        below = named_type(type_)
        return MergedField(
            key,
            first.name,
            type_,
            first.arguments,
            any_of(field.conditions for field in fields),
            self.merge(below, self._below(fields, below)) if first.selections is not None else None,
            order=next(self._order),
            alternatives=self._alternatives(fields),
        )

    def _alternatives(self, fields: list[Field]) -> tuple[Conditions, ...]:
        """The conditions of one mutation's selections: it must not run when none of them holds."""
        if fields[0].parent.name != self._graph.supergraph.mutation:
            return ()
        different = tuple(dict.fromkeys(field.conditions for field in fields))
        return different if len(different) > 1 and _NONE not in different else ()

    def _below(self, fields: list[Field], type_: str) -> Iterator[_Selected]:
        """The fields below merged fields, of which some may have a narrower type than `type_`."""
        possible = self._graph.possible.get(type_, frozenset())
        for field in fields:
            for child in field.selections or ():
                types = child.types & possible
                if child not in self._denied and (types or not child.types):
                    yield child, types

    def _type(self, field: Field) -> str:
        if field.name == "__typename":
            return "String!"
        parent = self._graph.supergraph.types[field.parent.name]
        assert isinstance(parent, ObjectType | InterfaceType)
        return parent.fields[field.name].type


def _split(all_types: frozenset[str], group: list[_Selected]) -> list[tuple[frozenset[str], list[Field]]]:
    """Sets of object types, each with the fields that are selected for it.

    Fields that are selected for all types form one set of their own, and what is selected for some types besides forms
    others: the two are merged in the response, as any fields of one response key are.
    """
    common = [field for field, types in group if types == all_types]
    rest = [(field, types) for field, types in group if types != all_types]
    parts: list[tuple[frozenset[str], list[Field]]] = [(all_types, common)] if common else []
    if common and common[0].selections is None:
        rest = [one for one in rest if not any(held.conditions <= one[0].conditions for held in common)]
    if not rest:
        return parts
    if len({types for _, types in rest}) == 1:
        return [*parts, (rest[0][1], [field for field, _ in rest])]
    by_fields: dict[tuple[int, ...], set[str]] = {}
    for type_ in sorted(frozenset().union(*(types for _, types in rest))):
        selected = tuple(index for index, (_, types) in enumerate(rest) if type_ in types)
        by_fields.setdefault(selected, set()).add(type_)
    return [*parts, *((frozenset(types), [rest[i][0] for i in selected]) for selected, types in by_fields.items())]
