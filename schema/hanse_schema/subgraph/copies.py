"""Copies a schema as far as an upgrade from Federation 1 changes it: types, fields and their directives."""

from __future__ import annotations

from dataclasses import replace

from hanse_schema.subgraph.model import Applied, FieldDef, Kind, SubgraphSchema, TypeDef


def copy_schema(schema: SubgraphSchema) -> SubgraphSchema:
    """A copy that can be upgraded."""
    return replace(schema, types={name: _type(owner) for name, owner in schema.types.items()})


def _type(owner: TypeDef) -> TypeDef:
    if owner.kind not in (Kind.OBJECT, Kind.INTERFACE) and not owner.directives:
        return owner
    return TypeDef(
        name=owner.name,
        kind=owner.kind,
        description=owner.description,
        directives=[_directive(one) for one in owner.directives],
        fields={name: _field(one) for name, one in owner.fields.items()},
        input_fields=owner.input_fields,
        interfaces=owner.interfaces,
        members=owner.members,
        values=owner.values,
        nodes=owner.nodes,
        is_extension=owner.is_extension,
    )


def _field(definition: FieldDef) -> FieldDef:
    return FieldDef(
        name=definition.name,
        type=definition.type,
        arguments=definition.arguments,
        description=definition.description,
        directives=[_directive(one) for one in definition.directives],
        node=definition.node,
    )


def _directive(directive: Applied) -> Applied:
    return Applied(
        name=directive.name,
        arguments=dict(directive.arguments),
        spec=directive.spec,
        node=directive.node,
        on_extension=directive.on_extension,
        inherited=directive.inherited,
    )
