"""Turn what a fetch step selects into the plan's selections."""

from __future__ import annotations

from router.planner.fetch_graph import Slot, SlotField
from router.planner.plan import FieldSelection, InlineFragment, Selection, SkipInclude
from router.planner.shape import Conditions
from schema.query_graph import QueryGraph

_TYPENAME = FieldSelection("__typename", "String!", "__typename", "__typename")


def selections_of(slot: Slot, graph: QueryGraph) -> tuple[Selection, ...]:
    """The selections of a slot: `__typename` where it is needed, fields, then fragments by type."""
    return tuple(_Printer(graph).of(slot))


class _Printer:
    def __init__(self, graph: QueryGraph) -> None:
        self._graph = graph

    def of(self, slot: Slot) -> list[Selection]:
        found: list[Selection] = []
        is_part = slot.above is not None and slot.holder is None
        tells_type = slot.position.abstract and slot.knows_type and not is_part
        if tells_type:
            found.append(_TYPENAME)
        for key, field in sorted(slot.fields.items(), key=lambda item: item[1].order):
            if not (tells_type and key == "__typename"):
                found.append(self._field(key, field))
        for type_, cast in slot.casts.items():
            inner = tuple(self.of(cast))
            if inner and inner != (_TYPENAME,):
                found.append(InlineFragment(type_, inner, runtime_types=self._types(slot, cast)))
        return found or [_TYPENAME]

    def _types(self, slot: Slot, cast: Slot) -> tuple[str, ...]:
        return tuple(sorted(self._graph.runtime_types(slot.node) & self._graph.runtime_types(cast.node)))

    def _field(self, key: str, field: SlotField) -> FieldSelection:
        inner = () if field.child is None else tuple(self.of(field.child))
        return FieldSelection(
            field.name, field.type, key, key, field.arguments, inner, sorted_conditions(field.conditions)
        )


def sorted_conditions(conditions: Conditions) -> tuple[SkipInclude, ...]:
    """Conditions in a fixed order."""
    return tuple(sorted(conditions, key=lambda condition: (condition.variable, condition.negated)))
