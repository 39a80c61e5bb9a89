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
    fields = {name: _field(one) for name, one in owner.fields.items()}
    return replace(owner, directives=[_directive(one) for one in owner.directives], fields=fields)


def _field(definition: FieldDef) -> FieldDef:
    return replace(definition, directives=[_directive(one) for one in definition.directives])


def _directive(directive: Applied) -> Applied:
    return replace(directive, arguments=dict(directive.arguments))
