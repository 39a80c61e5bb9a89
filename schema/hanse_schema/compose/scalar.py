"""Merges the definitions of a custom scalar."""

from __future__ import annotations

from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.composite import join_types
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import TypeGroup
from hanse_schema.supergraph.model import ScalarType


def merge_scalar(merging: Merging, group: TypeGroup) -> ScalarType:
    """The scalar in the supergraph."""
    return ScalarType(
        name=group.name,
        description=merge_description(group.sources, group.name, merging.report),
        directives=merge_applied(merging, group.sources, group.name),
        joins=join_types(group),
    )
