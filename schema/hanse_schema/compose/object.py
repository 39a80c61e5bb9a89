"""Merges the definitions of an object type: the union of their fields."""

from __future__ import annotations

from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.composite import join_implements, join_types, merge_fields
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.join_directives import join_directives
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import TypeGroup
from hanse_schema.supergraph.model import ObjectType


def merge_object(merging: Merging, group: TypeGroup) -> ObjectType:
    """The object type in the supergraph."""
    return ObjectType(
        name=group.name,
        description=merge_description(group.sources, group.name, merging.report),
        directives=merge_applied(merging, group.sources, group.name),
        joins=join_types(group),
        join_directives=join_directives(merging, group.sources),
        fields=merge_fields(merging, group),
        implements=join_implements(group),
    )
