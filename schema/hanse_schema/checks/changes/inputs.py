"""Changes of input values: arguments of fields and directives, and fields of input objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from graphql import GraphQLArgument, GraphQLInputField, GraphQLNonNull, print_ast, value_from_ast_untyped
from graphql.utilities import get_default_value_ast

from hanse_schema.checks.changes import type_refs
from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.elements import element_changes, removed
from hanse_schema.checks.changes.kinds import ChangeKind

InputValue = GraphQLArgument | GraphQLInputField


@dataclass(frozen=True, slots=True)
class InputKinds:
    """The kinds of change of one sort of input value."""

    optional_added: ChangeKind
    required_added: ChangeKind
    removed: ChangeKind
    type_changed: ChangeKind
    type_widened: ChangeKind
    default_added: ChangeKind
    default_changed: ChangeKind
    default_removed: ChangeKind
    became_required: ChangeKind
    became_optional: ChangeKind


ARGUMENT = InputKinds(
    optional_added=ChangeKind.OPTIONAL_ARGUMENT_ADDED,
    required_added=ChangeKind.REQUIRED_ARGUMENT_ADDED,
    removed=ChangeKind.ARGUMENT_REMOVED,
    type_changed=ChangeKind.ARGUMENT_TYPE_CHANGED,
    type_widened=ChangeKind.ARGUMENT_TYPE_WIDENED,
    default_added=ChangeKind.ARGUMENT_DEFAULT_ADDED,
    default_changed=ChangeKind.ARGUMENT_DEFAULT_CHANGED,
    default_removed=ChangeKind.ARGUMENT_DEFAULT_REMOVED,
    became_required=ChangeKind.ARGUMENT_BECAME_REQUIRED,
    became_optional=ChangeKind.ARGUMENT_BECAME_OPTIONAL,
)
INPUT_FIELD = InputKinds(
    optional_added=ChangeKind.OPTIONAL_INPUT_FIELD_ADDED,
    required_added=ChangeKind.REQUIRED_INPUT_FIELD_ADDED,
    removed=ChangeKind.INPUT_FIELD_REMOVED,
    type_changed=ChangeKind.INPUT_FIELD_TYPE_CHANGED,
    type_widened=ChangeKind.INPUT_FIELD_TYPE_WIDENED,
    default_added=ChangeKind.INPUT_FIELD_DEFAULT_ADDED,
    default_changed=ChangeKind.INPUT_FIELD_DEFAULT_CHANGED,
    default_removed=ChangeKind.INPUT_FIELD_DEFAULT_REMOVED,
    became_required=ChangeKind.INPUT_FIELD_BECAME_REQUIRED,
    became_optional=ChangeKind.INPUT_FIELD_BECAME_OPTIONAL,
)


def argument_changes(
    owner: str, before: Mapping[str, GraphQLArgument], after: Mapping[str, GraphQLArgument]
) -> Iterator[Change]:
    """The changes of the arguments of a field or directive with the coordinate `owner`."""
    yield from input_changes(lambda name: f"{owner}({name}:)", before, after, ARGUMENT)


def input_changes(
    coordinate_of: Callable[[str], str],
    before: Mapping[str, InputValue],
    after: Mapping[str, InputValue],
    kinds: InputKinds,
) -> Iterator[Change]:
    """The changes of all input values of one element, by name."""
    for name, value in before.items():
        coordinate = coordinate_of(name)
        if name in after:
            yield from element_changes(coordinate, value, after[name])
            yield from _type_changes(coordinate, value, after[name], kinds)
            yield from _default_changes(coordinate, value, after[name], kinds)
        else:
            yield removed(kinds.removed, coordinate, value)
    for name, value in after.items():
        if name not in before:
            yield _added(coordinate_of(name), value, kinds)


def _added(coordinate: str, value: InputValue, kinds: InputKinds) -> Change:
    if _is_required(value):
        return Change(kinds.required_added, coordinate, f"{coordinate} was added and is required: {value.type}.")
    return Change(kinds.optional_added, coordinate, f"{coordinate} was added.")


def _type_changes(coordinate: str, before: InputValue, after: InputValue, kinds: InputKinds) -> Iterator[Change]:
    if type_refs.same(before.type, after.type):
        return
    widened = type_refs.accepts(before.type, after.type)
    kind = kinds.type_widened if widened else kinds.type_changed
    yield Change(kind, coordinate, f"The type of {coordinate} changed from {before.type} to {after.type}.")


def _default_changes(coordinate: str, before: InputValue, after: InputValue, kinds: InputKinds) -> Iterator[Change]:
    old, new = get_default_value_ast(before), get_default_value_ast(after)
    if old is None and new is not None:
        kind = kinds.became_optional if _is_required(before) else kinds.default_added
        yield Change(kind, coordinate, f"{coordinate} now has the default value {print_ast(new)}.")
    elif old is not None and new is None:
        required = _is_required(after)
        consequence = " and is required now" if required else ""
        message = f"{coordinate} no longer has the default value {print_ast(old)}{consequence}."
        yield Change(kinds.became_required if required else kinds.default_removed, coordinate, message)
    elif old is not None and new is not None and value_from_ast_untyped(old) != value_from_ast_untyped(new):
        message = f"The default value of {coordinate} changed from {print_ast(old)} to {print_ast(new)}."
        yield Change(kinds.default_changed, coordinate, message)


def _is_required(value: InputValue) -> bool:
    return isinstance(value.type, GraphQLNonNull) and get_default_value_ast(value) is None
