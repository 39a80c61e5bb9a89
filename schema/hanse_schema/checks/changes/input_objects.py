"""Changes of input objects."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLInputObjectType

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.inputs import INPUT_FIELD, input_changes
from hanse_schema.checks.changes.kinds import ChangeKind


def input_object_changes(before: GraphQLInputObjectType, after: GraphQLInputObjectType) -> Iterator[Change]:
    """The changes of the fields, and of `@oneOf`."""
    if after.is_one_of and not before.is_one_of:
        yield Change(ChangeKind.ONE_OF_ADDED, before.name, f"{before.name} now has @oneOf.")
    elif before.is_one_of and not after.is_one_of:
        yield Change(ChangeKind.ONE_OF_REMOVED, before.name, f"{before.name} no longer has @oneOf.")
    yield from input_changes(lambda name: f"{before.name}.{name}", before.fields, after.fields, INPUT_FIELD)
