"""Changes of unions."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLUnionType

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.kinds import ChangeKind


def union_changes(before: GraphQLUnionType, after: GraphQLUnionType) -> Iterator[Change]:
    """The members that were removed or added."""
    old, new = ({member.name: None for member in union.types} for union in (before, after))
    for name in old:
        if name not in new:
            yield Change(ChangeKind.UNION_MEMBER_REMOVED, before.name, f"{before.name} no longer has {name}.", name)
    for name in new:
        if name not in old:
            yield Change(ChangeKind.UNION_MEMBER_ADDED, before.name, f"{before.name} now has {name}.", name)
