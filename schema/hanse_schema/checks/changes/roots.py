"""Changes of the schema itself: its root types and its description."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLObjectType, GraphQLSchema, OperationType

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.elements import description_changes
from hanse_schema.checks.changes.kinds import ChangeKind


def root_changes(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[Change]:
    """The changes of the root type of each kind of operation, then of the description."""
    for operation in OperationType:
        yield from _root_changes(operation.value, before.get_root_type(operation), after.get_root_type(operation))
    yield from description_changes("", before, after)


def _root_changes(
    operation: str, before: GraphQLObjectType | None, after: GraphQLObjectType | None
) -> Iterator[Change]:
    if before is None and after is not None:
        message = f"The schema now has the {operation} type {after.name}."
        yield Change(ChangeKind.ROOT_TYPE_ADDED, "", message, operation)
    elif before is not None and after is None:
        message = f"The schema no longer has the {operation} type {before.name}."
        yield Change(ChangeKind.ROOT_TYPE_REMOVED, "", message, operation)
    elif before is not None and after is not None and before.name != after.name:
        message = f"The {operation} type of the schema changed from {before.name} to {after.name}."
        yield Change(ChangeKind.ROOT_TYPE_CHANGED, "", message, operation)
