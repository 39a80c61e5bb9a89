"""Groups the subgraphs' definitions: types by name, fields by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hanse_schema.compose.graph_names import graph_names
from hanse_schema.compose.sources import FieldGroup, FieldSource, Part, Source, TypeGroup
from hanse_schema.subgraph.model import Kind, SubgraphSchema, TypeDef, has

_COMPOSITE = (Kind.OBJECT, Kind.INTERFACE)


def gather_parts(schemas: Iterable[SubgraphSchema]) -> list[Part]:
    """The subgraphs sorted by name. Preferences and output of composition follow this order."""
    ordered = sorted(schemas, key=lambda subgraph: subgraph.name)
    graphs = graph_names(subgraph.name for subgraph in ordered)
    return [Part(graphs[subgraph.name], subgraph) for subgraph in ordered]


def gather_types(parts: Sequence[Part]) -> dict[str, TypeGroup]:
    """The types of all subgraphs by name. An interface that is an `@interfaceObject` somewhere is an interface."""
    groups: dict[str, TypeGroup] = {}
    for part in parts:
        for name, definition in part.schema.types.items():
            group = groups.get(name)
            kind = Kind.INTERFACE if is_interface_object(definition) else definition.kind
            if group is None:
                group = groups[name] = TypeGroup(name, kind)
            group.sources.append(Source(part, definition))
    for group in groups.values():
        if group.kind in _COMPOSITE:
            _gather_fields(group)
    _gather_abstracted(groups)
    return groups


def is_interface_object(definition: TypeDef) -> bool:
    """Whether the subgraph has an interface object of that name."""
    return definition.kind is Kind.OBJECT and has(definition.directives, "interfaceObject")


def _gather_fields(group: TypeGroup) -> None:
    fields = group.fields
    for source in group.sources:
        part, owner = source.part, source.definition
        for name, definition in owner.fields.items():
            field = fields.get(name)
            if field is None:
                field = fields[name] = FieldGroup(group, name)
            external = bool(definition.directives) and has(definition.directives, "external")
            field.sources.append(FieldSource(part, owner, definition, external))


def _gather_abstracted(groups: dict[str, TypeGroup]) -> None:
    """Attach to each object's fields the interface objects' fields that represent them."""
    abstract = {name for name, group in groups.items() if group.is_interface_object}
    if not abstract:
        return
    for group in groups.values():
        if group.kind is not Kind.OBJECT:
            continue
        interfaces = dict.fromkeys(name for source in group.sources for name in source.definition.interfaces)
        for interface in interfaces:
            if interface in abstract:
                for name, field in groups[interface].fields.items():
                    sources = [
                        source
                        for source in field.sources
                        if is_interface_object(source.owner) and group.name not in source.part.schema.types
                    ]
                    if sources:
                        group.fields.setdefault(name, FieldGroup(group, name)).abstracted.extend(sources)
