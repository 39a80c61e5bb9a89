"""Which object types a value of a composite type can have."""

from __future__ import annotations

from collections import defaultdict

from hanse_schema.supergraph.model import InterfaceType, ObjectType, Supergraph, UnionType


def possible_types(supergraph: Supergraph) -> dict[str, frozenset[str]]:
    """The names of the possible object types of each composite type; of an object type, its own name alone.

    Types that clients cannot see are among them. (GraphQL specification, GetPossibleTypes)
    """
    possible: dict[str, set[str]] = defaultdict(set)
    for type_ in supergraph.types.values():
        if isinstance(type_, ObjectType):
            possible[type_.name].add(type_.name)
            for interface in type_.interfaces:
                possible[interface].add(type_.name)
        elif isinstance(type_, UnionType):
            possible[type_.name].update(type_.member_names)
        elif isinstance(type_, InterfaceType):
            possible[type_.name].update(())
    return {name: frozenset(types) for name, types in possible.items()}
