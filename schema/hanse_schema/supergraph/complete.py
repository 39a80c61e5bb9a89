"""Adds the join records that older versions of the specification omit.

Before v0.3 a union's members and an enum's values are not recorded by subgraph, and v0.1 does not record the
interfaces either: there they hold in every subgraph that has both sides.
"""

from __future__ import annotations

from hanse_schema.supergraph.model import (
    EnumType,
    InterfaceType,
    JoinEnumValue,
    JoinImplements,
    JoinUnionMember,
    ObjectType,
    Supergraph,
    UnionType,
)


def complete(supergraph: Supergraph) -> None:
    """Give every union member, enum value and implemented interface its records, in place."""
    for type_ in supergraph.types.values():
        match type_:
            case UnionType():
                _complete_members(supergraph, type_)
            case EnumType():
                _complete_values(type_)
            case ObjectType() | InterfaceType():
                _complete_interfaces(supergraph, type_)
            case _:
                pass


def graphs_of(supergraph: Supergraph, name: str) -> tuple[str, ...]:
    """The `join__Graph` values of the subgraphs that have the type, each once."""
    type_ = supergraph.types.get(name)
    return tuple(dict.fromkeys(join.graph for join in type_.joins)) if type_ is not None else ()


def _complete_members(supergraph: Supergraph, union: UnionType) -> None:
    graphs = graphs_of(supergraph, union.name)
    records: list[JoinUnionMember] = []
    for record in union.members:
        if record.graph:
            records.append(record)
        else:
            shared = set(graphs_of(supergraph, record.member))
            records += [JoinUnionMember(graph, record.member) for graph in graphs if graph in shared]
    union.members = tuple(records)


def _complete_values(enum: EnumType) -> None:
    if any(value.joins for value in enum.values.values()):
        return
    joins = tuple(JoinEnumValue(graph) for graph in dict.fromkeys(join.graph for join in enum.joins))
    for value in enum.values.values():
        value.joins = joins


def _complete_interfaces(supergraph: Supergraph, type_: ObjectType | InterfaceType) -> None:
    graphs = graphs_of(supergraph, type_.name)
    records: list[JoinImplements] = []
    for record in type_.implements:
        if record.graph:
            records.append(record)
        else:
            shared = set(graphs_of(supergraph, record.interface))
            records += [JoinImplements(graph, record.interface) for graph in graphs if graph in shared]
    type_.implements = tuple(records)
