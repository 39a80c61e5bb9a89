"""INVALID_GRAPHQL: the members of a union are object types, also in the supergraph, where an interface object is none.

Spec: https://spec.graphql.org/October2021/#sec-Unions.Type-Validation
"""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.supergraph.model import ObjectType, UnionType


def union_members(merging: Merging) -> None:
    """Report each member that is an object in its subgraph only, as an interface object is."""
    for type_ in merging.supergraph.types.values():
        if isinstance(type_, UnionType):
            for member in type_.member_names:
                if not isinstance(merging.supergraph.types.get(member), ObjectType):
                    _report(merging, type_.name, member)


def _report(merging: Merging, union: str, member: str) -> None:
    sources = [source for source in merging.types[union].sources if member in source.definition.members]
    merging.report.error(
        "INVALID_GRAPHQL",
        f"`{member}` is an interface in the supergraph, so the union `{union}` cannot have it as it has in "
        f"{subgraphs(source.part.name for source in sources)}: take it out of `{union}`.",
        sources,
        union,
    )
