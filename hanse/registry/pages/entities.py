"""The entities of a supergraph: their keys, and what each subgraph does with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from hanse_schema.supergraph.model import Field, InterfaceType, JoinType, ObjectType, Supergraph


class Role(Enum):
    """What a subgraph does with an entity. The value is the verb in the page."""

    DEFINES = "defines"
    EXTENDS = "extends"
    REFERS = "refers to"
    INTERFACE_OBJECT = "adds fields to all of"

    @property
    def style(self) -> str:
        """The class of its lines in the drawing."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Part:
    """What a subgraph does with an entity, by which keys, and how many of its fields it resolves."""

    subgraph: str
    role: Role
    keys: tuple[str, ...]
    fields: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A type with a key, and its parts in the order of their subgraphs."""

    name: str
    keys: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class SubgraphSize:
    """A subgraph, and the number of types and of entities that it has."""

    name: str
    url: str
    types: int
    entities: int


def entities_of(supergraph: Supergraph) -> list[Entity]:
    """All entities, by name. The time is linear in the size of the supergraph."""
    return sorted(_entities(supergraph), key=lambda entity: entity.name)


def subgraphs_of(supergraph: Supergraph, entities: list[Entity]) -> list[SubgraphSize]:
    """All subgraphs, by name."""
    types = Counter(graph for one in supergraph.types.values() for graph in {join.graph for join in one.joins})
    with_entities = Counter(part.subgraph for entity in entities for part in entity.parts)
    found = [
        SubgraphSize(one.name, one.url, types[graph], with_entities[one.name])
        for graph, one in supergraph.subgraphs.items()
    ]
    return sorted(found, key=lambda one: one.name)


def resolvers_of(field: Field, graphs: Iterable[str]) -> tuple[str, ...]:
    """The subgraphs that resolve a field of a type that is in `graphs`."""
    if not field.joins:
        return tuple(graphs)
    return tuple(
        join.graph for join in field.joins if join.graph is not None and not join.external and not join.used_overridden
    )


def _entities(supergraph: Supergraph) -> Iterator[Entity]:
    for one in supergraph.types.values():
        if isinstance(one, ObjectType | InterfaceType) and any(join.key is not None for join in one.joins):
            by_graph: dict[str, list[JoinType]] = {}
            for join in one.joins:
                by_graph.setdefault(join.graph, []).append(join)
            fields = Counter(graph for field in one.fields.values() for graph in resolvers_of(field, by_graph))
            names = {graph: supergraph.subgraphs[graph].name for graph in by_graph}
            yield Entity(
                one.name,
                tuple(dict.fromkeys(join.key for join in one.joins if join.key is not None)),
                tuple(_part(names[graph], joins, fields[graph]) for graph, joins in by_graph.items()),
            )


def _part(subgraph: str, joins: list[JoinType], fields: int) -> Part:
    keys = tuple(join.key for join in joins if join.key is not None)
    if any(join.is_interface_object for join in joins):
        role = Role.INTERFACE_OBJECT
    elif not any(join.resolvable for join in joins if join.key is not None):
        role = Role.REFERS
    elif any(join.extension for join in joins):
        role = Role.EXTENDS
    else:
        role = Role.DEFINES
    return Part(subgraph, role, keys, fields)
