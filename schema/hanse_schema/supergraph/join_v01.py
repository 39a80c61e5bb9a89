"""Upgrades join v0.1 (Federation 1) records to the v0.5 records of the same subgraphs.

In v0.1 entities have an owner, to whom fields without a record belong; other types are value types, the same in every
subgraph. Fields that a subgraph only names in its field sets have no record of that. Interfaces have no records at all.
Specification: https://specs.apollo.dev/join/v0.1
"""

from __future__ import annotations

from graphql import FieldNode, GraphQLSyntaxError, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse

from hanse_schema.supergraph.complete import graphs_of
from hanse_schema.supergraph.errors import InvalidSupergraphError
from hanse_schema.supergraph.model import Field, InterfaceType, JoinField, JoinType, ObjectType, Supergraph
from hanse_schema.type_ref import named_type

Owners = dict[str, str]
"""The `join__Graph` value of each entity's owner, by type."""


def upgrade(supergraph: Supergraph, owners: Owners) -> None:
    """Give types and fields the records that v0.5 would have, in place."""
    entities = {name for name, type_ in supergraph.types.items() if type_.joins}
    _place_entities(supergraph, owners)
    _place_value_types(supergraph)
    for type_ in list(supergraph.types.values()):
        if isinstance(type_, ObjectType | InterfaceType):
            _record_field_sets(supergraph, type_, entities)
    for type_ in supergraph.types.values():
        if isinstance(type_, InterfaceType) and type_.name not in entities:
            _place_interface(supergraph, type_)


def _place_entities(supergraph: Supergraph, owners: Owners) -> None:
    for name, owner in owners.items():
        type_ = supergraph.types[name]
        if all(join.graph != owner for join in type_.joins):
            type_.joins = (JoinType(owner), *type_.joins)
        type_.joins = tuple(
            JoinType(join.graph, join.key, extension=join.graph != owner, resolvable=join.resolvable)
            for join in type_.joins
        )
        if isinstance(type_, ObjectType | InterfaceType):
            for field in type_.fields.values():
                field.joins = field.joins or (JoinField(owner),)


def _place_value_types(supergraph: Supergraph) -> None:
    everywhere = tuple(JoinType(graph) for graph in supergraph.subgraphs)
    for type_ in supergraph.types.values():
        if type_.joins:
            continue
        type_.joins = everywhere
        if isinstance(type_, ObjectType | InterfaceType):
            for field in type_.fields.values():
                # A record without a graph does not state which subgraph provides the field, so it is ignored.
                field.joins = tuple(join for join in field.joins if join.graph is not None)
        if isinstance(type_, ObjectType) and type_.name != supergraph.query:
            graphs = {join.graph for field in type_.fields.values() for join in field.joins}
            if graphs:  # a root type, whose graphs are those of its fields
                type_.joins = tuple(join for join in everywhere if join.graph in graphs)


def _record_field_sets(supergraph: Supergraph, type_: ObjectType | InterfaceType, entities: set[str]) -> None:
    for join in type_.joins:
        if join.key is not None:
            _mark(supergraph, type_.name, _selections(join.key), join.graph, entities, external=False)
    for field in list(type_.fields.values()):
        for record in field.joins:
            if record.graph is not None and record.requires is not None:
                _mark(supergraph, type_.name, _selections(record.requires), record.graph, entities, external=True)
            if record.graph is not None and record.provides is not None:
                target = named_type(field.type)
                _mark(supergraph, target, _selections(record.provides), record.graph, entities, external=True)


def _mark(
    supergraph: Supergraph, name: str, selections: SelectionSetNode, graph: str, entities: set[str], *, external: bool
) -> None:
    """Record in `graph` every field of an entity that the selections name."""
    type_ = supergraph.types.get(name)
    if type_ is None:
        raise InvalidSupergraphError(f"a field set names the type {name}, which is not defined")
    if name in entities and graph not in graphs_of(supergraph, name):
        type_.joins = (*type_.joins, JoinType(graph))
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            inner = selection.type_condition.name.value if selection.type_condition else name
            _mark(supergraph, inner, selection.selection_set, graph, entities, external=external)
        elif isinstance(selection, FieldNode) and isinstance(type_, ObjectType | InterfaceType):
            field = type_.fields.get(selection.name.value)
            if field is None:
                continue  # __typename
            if name in entities:
                _add_record(field, graph, external=external)
            if selection.selection_set is not None:
                _mark(supergraph, named_type(field.type), selection.selection_set, graph, entities, external=external)


def _add_record(field: Field, graph: str, *, external: bool) -> None:
    if all(join.graph != graph for join in field.joins):
        field.joins = (*field.joins, JoinField(graph, external=external))
    elif not external:  # a key wins over a field that was only required or provided
        field.joins = tuple(JoinField(graph) if join.graph == graph and join.external else join for join in field.joins)


def _place_interface(supergraph: Supergraph, interface: InterfaceType) -> None:
    """Add an interface to each graph that implements it, with the fields that all its implementations have there."""
    implementing = [
        type_
        for type_ in supergraph.types.values()
        if isinstance(type_, ObjectType) and interface.name in type_.interfaces
    ]
    if not implementing:
        return
    homes = {graph for type_ in implementing for graph in graphs_of(supergraph, type_.name)}
    interface.joins = tuple(join for join in interface.joins if join.graph in homes)
    for name, field in interface.fields.items():
        graphs = [
            join.graph
            for join in interface.joins
            if all(
                _has_field(type_, name, join.graph)
                for type_ in implementing
                if join.graph in graphs_of(supergraph, type_.name)
            )
        ]
        if len(graphs) < len(interface.joins):
            field.joins = tuple(JoinField(graph) for graph in graphs) or (JoinField(None),)


def _has_field(type_: ObjectType, name: str, graph: str) -> bool:
    field = type_.fields.get(name)
    return field is not None and (not field.joins or any(join.graph == graph for join in field.joins))


def _selections(field_set: str) -> SelectionSetNode:
    try:
        (definition,) = parse(f"{{ {field_set}\n}}", no_location=True).definitions
    except (GraphQLSyntaxError, ValueError):
        raise InvalidSupergraphError(f"{field_set!r} is not a field set") from None
    if not isinstance(definition, OperationDefinitionNode):
        raise InvalidSupergraphError(f"{field_set!r} is not a field set")
    return definition.selection_set
