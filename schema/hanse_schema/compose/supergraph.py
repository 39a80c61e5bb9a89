"""Merges all definitions of the subgraphs into the supergraph, kind by kind."""

from __future__ import annotations

from collections.abc import Callable

from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.directive import merge_executable_directives
from hanse_schema.compose.enum import merge_enum
from hanse_schema.compose.enum_use import note_directives
from hanse_schema.compose.input_object import merge_input_object
from hanse_schema.compose.interface import add_interface_object_fields, merge_interface
from hanse_schema.compose.links import all_links
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.object import merge_object
from hanse_schema.compose.scalar import merge_scalar
from hanse_schema.compose.schema_element import schema_sources
from hanse_schema.compose.sources import TypeGroup
from hanse_schema.compose.union import merge_union
from hanse_schema.subgraph.model import Kind
from hanse_schema.supergraph.model import SubgraphInfo, TypeDefinition

_MERGE: dict[Kind, Callable[[Merging, TypeGroup], TypeDefinition]] = {
    Kind.OBJECT: merge_object,
    Kind.INTERFACE: merge_interface,
    Kind.UNION: merge_union,
    Kind.ENUM: merge_enum,
    Kind.INPUT_OBJECT: merge_input_object,
    Kind.SCALAR: merge_scalar,
}


def merge_supergraph(merging: Merging) -> None:
    """Fill the supergraph. Conflicts are reported; conflicting elements are omitted or merged as far as possible."""
    supergraph = merging.supergraph
    supergraph.subgraphs = {part.graph: SubgraphInfo(part.graph, part.name, part.schema.url) for part in merging.parts}
    supergraph.directive_definitions.update(merge_executable_directives(merging))
    note_directives(merging.enum_use, supergraph.directive_definitions)
    for group in merging.types.values():
        supergraph.types[group.name] = _MERGE[group.kind](merging, group)
    add_interface_object_fields(merging)
    _merge_schema_element(merging)
    supergraph.links = all_links(merging)


def _merge_schema_element(merging: Merging) -> None:
    supergraph = merging.supergraph
    sources = schema_sources(merging.parts)
    supergraph.description = merge_description(sources, "schema", merging.report)
    supergraph.schema_directives = merge_applied(merging, sources, "schema")
    supergraph.mutation = _root(merging, "Mutation")
    supergraph.subscription = _root(merging, "Subscription")


def _root(merging: Merging, name: str) -> str | None:
    """The name, if it is that of an object type."""
    group = merging.types.get(name)
    return name if group is not None and group.kind is Kind.OBJECT else None
