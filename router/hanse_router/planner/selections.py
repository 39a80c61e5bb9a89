"""Convert the selections of a fetch node to those of the plan."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_router.operation import Arguments, Conditions
from hanse_router.planner.conditions import ALWAYS, AnyOf, common, in_order
from hanse_router.planner.fetch_graph import SelectedField, SelectedObject
from hanse_router.query_plan import FieldSelection, InlineFragment, Selection
from hanse_schema.query_graph import QueryGraph

_Leaf = tuple[str, str, Arguments]  # response key, field, arguments

_TYPENAME = FieldSelection("__typename", "String!", "__typename", "__typename")


def selections_of(selected: SelectedObject, graph: QueryGraph, conditions: AnyOf) -> tuple[Selection, ...]:
    """The selections of an object: `__typename` if it is needed, fields, then fragments by type.

    Nothing is selected unless `conditions` hold, so they are not repeated.
    """
    return tuple(_Printer(graph).of(selected, common(conditions)))


class _Printer:
    def __init__(self, graph: QueryGraph) -> None:
        self._graph = graph

    def of(self, selected: SelectedObject, outer: Conditions, known: frozenset[_Leaf] = frozenset()) -> list[Selection]:
        """The selections, without conditions that hold anyway and without leaves that are selected anyway."""
        found: list[Selection] = []
        is_part = selected.above is not None and selected.holder is None
        tells_type = selected.position.abstract and selected.knows_type and not is_part
        if tells_type:
            found.append(_TYPENAME)
        for key, field in sorted(selected.fields.items(), key=lambda item: item[1].order):
            if not (tells_type and key == "__typename") and (key, field.name, field.arguments) not in known:
                found += self._field(key, field, outer)
        known |= {
            (key, f.name, f.arguments) for key, f in selected.fields.items() if not f.child and _is_sure(f, outer)
        }
        for type_, cast in selected.casts.items():
            inner = tuple(self.of(cast, outer, known))
            if inner:
                found.append(InlineFragment(type_, inner, runtime_types=self._types(selected, cast)))
        return found if found or is_part else [_TYPENAME]

    def _types(self, selected: SelectedObject, cast: SelectedObject) -> tuple[str, ...]:
        return tuple(sorted(self._graph.runtime_types(selected.node) & self._graph.runtime_types(cast.node)))

    def _field(self, key: str, field: SelectedField, outer: Conditions) -> Iterator[FieldSelection]:
        wanted = _certain(field)
        inner = () if field.child is None else tuple(self.of(field.child, outer | wanted))
        for conditions in field.alternatives or (wanted - outer,):
            yield FieldSelection(
                field.name,
                field.type,
                key,
                key,
                field.arguments.text,
                inner,
                in_order(conditions),
                field.arguments.variables,
            )


def _is_sure(field: SelectedField, outer: Conditions) -> bool:
    return not _certain(field) - outer


def _certain(field: SelectedField) -> Conditions:
    """The conditions that hold whenever the field is wanted."""
    return common(field.conditions or ALWAYS)
