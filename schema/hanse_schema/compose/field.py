"""Merges one field of an object or interface."""

from __future__ import annotations

from hanse_schema.compose.access import inherited_by_field
from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.arguments import merge_arguments
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.join_directives import join_directives
from hanse_schema.compose.join_field import join_fields
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import by_value
from hanse_schema.compose.sources import FieldGroup, FieldSource
from hanse_schema.compose.subtypes import most_general
from hanse_schema.supergraph.model import Field


def merge_field(merging: Merging, group: FieldGroup) -> Field | None:
    """The field in the supergraph; None if no subgraph has it on this type itself, or none resolves it."""
    resolvers = group.resolvers or (group.sources if group.abstracted else [])
    if not resolvers:
        return None
    coordinate = group.coordinate
    return Field(
        name=group.name,
        type=_merge_type(merging, group, resolvers),
        arguments=merge_arguments(merging, resolvers, coordinate),
        description=merge_description(resolvers, coordinate, merging.report),
        directives=merge_applied(merging, [*group.sources, *inherited_by_field(merging, group)], coordinate),
        joins=join_fields(merging, group),
        join_directives=join_directives(merging, group.sources),
    )


def _merge_type(merging: Merging, group: FieldGroup, resolvers: list[FieldSource]) -> str:
    refs = list(dict.fromkeys(source.definition.type for source in resolvers))
    if len(refs) == 1:
        return refs[0]
    merged = most_general(refs, merging.subtypes)
    types = by_value((source.part.name, source.definition.type) for source in resolvers)
    if merged is None:
        merging.report.error(
            "FIELD_TYPE_MISMATCH",
            f"`{group.coordinate}` has types that do not fit together: {types}. Give it the same type everywhere, or "
            "one that the others are subtypes of.",
            resolvers,
            group.coordinate,
        )
        return refs[0]
    merging.report.hint(
        "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
        f"`{group.coordinate}` has different types: {types}. The supergraph takes the most general, `{merged}`.",
        resolvers,
        group.coordinate,
    )
    return merged
