"""INCONSISTENT_OBJECT_VALUE_TYPE_FIELD and its like, hints: subgraphs disagree on the fields of a type without key.

The router cannot fetch such a type again, so a field that some subgraphs lack can be unreachable.
"""

from __future__ import annotations

from hanse_schema.compose.gather import is_interface_object
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.compose.sources import FieldGroup, FieldSource, Source, TypeGroup
from hanse_schema.subgraph.model import Kind, TypeDef, has

_CODES = {
    Kind.OBJECT: "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
    Kind.INTERFACE: "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
}
_ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def inconsistent_value_type(merging: Merging) -> None:
    """Hint at each field of a type without key that some of its subgraphs lack."""
    for group in merging.types.values():
        if len(group.sources) > 1 and group.kind in _CODES and group.name not in _ROOTS:
            uneven = [field for field in group.fields.values() if 0 < len(field.sources) < len(group.sources)]
            if uneven and not any(has(source.definition.directives, "key") for source in _defining(group)):
                for field in uneven:
                    _hint(merging, group, field)


def _hint(merging: Merging, group: TypeGroup, field: FieldGroup) -> None:
    having = {source.part.graph for source in field.sources}
    lacking = [source for source in _defining(group) if source.part.graph not in having and _resolves(source)]
    if not lacking or any(_is_provided(source) for source in field.sources):
        return
    merging.report.hint(
        _CODES[group.kind],
        f"`{field.coordinate}` is in {subgraphs(source.part.name for source in field.sources)} but not in "
        f"{subgraphs(source.part.name for source in lacking)}, and no @key leads to it from there.",
        [*field.sources, *lacking],
        group.name,
    )


def _defining(group: TypeGroup) -> list[Source[TypeDef]]:
    """The definitions without interface objects."""
    return [source for source in group.sources if not is_interface_object(source.definition)]


def _is_provided(source: FieldSource) -> bool:
    """Whether an interface object adds the field to all implementations."""
    return is_interface_object(source.owner) and not source.external


def _resolves(source: Source[TypeDef]) -> bool:
    """Whether the subgraph resolves any field of the type, rather than only referring to it."""
    return not all(has(field.directives, "external") for field in source.definition.fields.values())
