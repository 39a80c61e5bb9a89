"""Shared by objects and interfaces: the join records of the type, and the merged fields."""

from __future__ import annotations

from graphql import TypeExtensionNode

from hanse_schema.compose.field import merge_field
from hanse_schema.compose.gather import is_interface_object
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import Source, TypeGroup
from hanse_schema.subgraph.model import TypeDef, applied, has, string_argument
from hanse_schema.supergraph.model import Field, JoinImplements, JoinType


def join_types(group: TypeGroup) -> tuple[JoinType, ...]:
    """One record per subgraph, or per key of a subgraph."""
    return tuple(record for source in group.sources for record in _join_types(source))


def _join_types(source: Source[TypeDef]) -> list[JoinType]:
    graph, definition = source.part.graph, source.definition
    keys = applied(definition.directives, "key") if definition.directives else []
    if not keys:
        return [JoinType(graph, is_interface_object=is_interface_object(definition))]
    extended = _is_extended(source)
    return [
        JoinType(
            graph,
            key=string_argument(key, "fields"),
            extension=extended or (key.on_extension and not _only_extensions(definition)),
            resolvable=key.arguments.get("resolvable") != "false",
            is_interface_object=is_interface_object(definition),
        )
        for key in keys
    ]


def _is_extended(source: Source[TypeDef]) -> bool:
    """Whether the type counts as extended. The Federation 1 upgrade defines types that are only extended."""
    if source.part.schema.federation_version < (2, 0):
        return has(source.definition.directives, "extends")
    return source.definition.is_extension


def _only_extensions(definition: TypeDef) -> bool:
    return all(isinstance(node, TypeExtensionNode) for node in definition.nodes)


def join_implements(group: TypeGroup) -> tuple[JoinImplements, ...]:
    """One record per subgraph and interface."""
    return tuple(
        JoinImplements(source.part.graph, interface)
        for source in group.sources
        for interface in source.definition.interfaces
    )


def merge_fields(merging: Merging, group: TypeGroup) -> dict[str, Field]:
    """The fields resolved by at least one subgraph."""
    merged = ((name, merge_field(merging, field)) for name, field in group.fields.items())
    return {name: field for name, field in merged if field is not None}
