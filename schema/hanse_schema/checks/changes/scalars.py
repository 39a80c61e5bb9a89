"""Changes of custom scalars."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLScalarType

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.kinds import ChangeKind


def scalar_changes(before: GraphQLScalarType, after: GraphQLScalarType) -> Iterator[Change]:
    """The change of the URL in `@specifiedBy`, if any."""
    old, new, name = before.specified_by_url, after.specified_by_url, before.name
    if old == new:
        return
    if old is None:
        yield Change(ChangeKind.SPECIFIED_BY_ADDED, name, f"{name} is now specified by {new}")
    elif new is None:
        yield Change(ChangeKind.SPECIFIED_BY_REMOVED, name, f"{name} is no longer specified by {old}")
    else:
        yield Change(ChangeKind.SPECIFIED_BY_CHANGED, name, f"{name} is specified by {new}, before by {old}")
