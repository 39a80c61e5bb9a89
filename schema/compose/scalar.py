"""Merges the definitions of a custom scalar."""

from __future__ import annotations

from schema.compose.applied import merge_applied
from schema.compose.composite import join_types
from schema.compose.description import merge_description
from schema.compose.merging import Merging
from schema.compose.sources import TypeGroup
from schema.supergraph.model import ScalarType


def merge_scalar(merging: Merging, group: TypeGroup) -> ScalarType:
    """The scalar in the supergraph."""
    return ScalarType(
        name=group.name,
        description=merge_description(group.sources, group.name, merging.report),
        directives=merge_applied(merging, group.sources, group.name),
        joins=join_types(group),
    )
