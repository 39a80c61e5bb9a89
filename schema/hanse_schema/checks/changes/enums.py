"""Changes of enums. The level depends on the position in which operations use the enum."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLEnumType

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.elements import element_changes, removed
from hanse_schema.checks.changes.kinds import ChangeKind
from hanse_schema.checks.changes.reach import Reach


def enum_changes(before: GraphQLEnumType, after: GraphQLEnumType, reach: Reach) -> Iterator[Change]:
    """The changes of the values. An enum in both positions has the kinds of the stricter one."""
    added = ChangeKind.OUTPUT_ENUM_VALUE_ADDED
    gone = ChangeKind.INPUT_ENUM_VALUE_REMOVED
    if before.name in reach.inputs and before.name not in reach.outputs:
        added = ChangeKind.INPUT_ENUM_VALUE_ADDED
    if before.name in reach.outputs and before.name not in reach.inputs:
        gone = ChangeKind.OUTPUT_ENUM_VALUE_REMOVED
    for name, value in before.values.items():
        coordinate = f"{before.name}.{name}"
        if name in after.values:
            yield from element_changes(coordinate, value, after.values[name])
        else:
            yield removed(gone, coordinate, value)
    for name in after.values:
        if name not in before.values:
            coordinate = f"{before.name}.{name}"
            yield Change(added, coordinate, f"{coordinate} was added.")
