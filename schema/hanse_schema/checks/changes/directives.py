"""Changes of directive definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graphql import GraphQLDirective, GraphQLSchema

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.elements import description_changes
from hanse_schema.checks.changes.inputs import argument_changes
from hanse_schema.checks.changes.kinds import ChangeKind
from hanse_schema.checks.changes.reach import EXECUTABLE_LOCATIONS, is_executable


def directive_changes(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[Change]:
    """The changes of all definitions. Those that operations cannot contain are not usable."""
    old, new = ({directive.name: directive for directive in schema.directives} for schema in (before, after))
    for name, directive in old.items():
        coordinate, usable = f"@{name}", is_executable(directive)
        if name not in new:
            yield Change(ChangeKind.DIRECTIVE_REMOVED, coordinate, f"{coordinate} was removed.", usable=usable)
            continue
        for change in _definition_changes(directive, new[name]):
            yield replace(change, usable=change.usable and usable)
    for name in new:
        if name not in old:
            yield Change(ChangeKind.DIRECTIVE_ADDED, f"@{name}", f"@{name} was added.")


def _definition_changes(before: GraphQLDirective, after: GraphQLDirective) -> Iterator[Change]:
    coordinate = f"@{before.name}"
    yield from description_changes(coordinate, before, after)
    for location in before.locations:
        if location not in after.locations:
            yield Change(
                ChangeKind.DIRECTIVE_LOCATION_REMOVED,
                coordinate,
                f"{coordinate} is no longer allowed on {location.name}.",
                location.name,
                usable=location in EXECUTABLE_LOCATIONS,
            )
    for location in after.locations:
        if location not in before.locations:
            message = f"{coordinate} is now allowed on {location.name}."
            yield Change(ChangeKind.DIRECTIVE_LOCATION_ADDED, coordinate, message, location.name)
    if before.is_repeatable and not after.is_repeatable:
        message = f"{coordinate} is no longer repeatable."
        yield Change(ChangeKind.DIRECTIVE_REPEATABLE_REMOVED, coordinate, message)
    elif after.is_repeatable and not before.is_repeatable:
        yield Change(ChangeKind.DIRECTIVE_REPEATABLE_ADDED, coordinate, f"{coordinate} is now repeatable.")
    yield from argument_changes(coordinate, before.args, after.args)
