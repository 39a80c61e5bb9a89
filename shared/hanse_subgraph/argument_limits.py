"""Limits of the arguments of all fields: the length of texts and of lists. More is BAD_USER_INPUT.

A resolver never receives a value above them. An argument or input field declares its own limit where it is declared:

    Search = Annotated[str | None, strawberry.argument(metadata=max_length(200))]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    GraphQLType,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from hanse_subgraph.errors import BadInput, FieldProblem

MAX_TEXT = 20_000  # characters, where nothing else is declared
MAX_ITEMS = 1_000  # of a list

_KEY = "hanse.max_length"
_UNNAMED = ("", "input")  # names of errors start below the argument `input`
_TEXTS = (GraphQLString, GraphQLID)
Check = Callable[[Any, str], None]  # of a value and its name; raises BadInput


def max_length(characters: int) -> Mapping[Any, Any]:
    """The `metadata` of an argument or input field whose text has at most so many characters."""
    return {_KEY: characters}


def limit_arguments(types: Iterable[GraphQLType]) -> None:
    """Check the arguments of each field before its resolver. Those of the federation specification have no limits."""
    checks = _Checks()
    for type_ in types:
        if isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                if not name.startswith("_") and (check := checks.of_members(field.args)) is not None:
                    _limit(field, check)


def _limit(field: GraphQLField, check: Check) -> None:
    """Check the arguments of a field before it is resolved, or subscribed to."""
    resolve, subscribe = field.resolve, field.subscribe
    if resolve is not None and subscribe is None:
        field.resolve = _checked(resolve, check)
    if subscribe is not None:
        field.subscribe = _checked(subscribe, check)


def _checked(resolve: Callable[..., Any], check: Check) -> Callable[..., Any]:
    def resolve_checked(source: Any, info: Any, **arguments: Any) -> Any:
        check(arguments, "")
        return resolve(source, info, **arguments)

    return resolve_checked


class _Checks:
    """The check of each input type. Input objects may contain themselves."""

    def __init__(self) -> None:
        self._of_objects: dict[str, dict[str, Check]] = {}

    def of_members(self, members: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]) -> Check | None:
        """The check of arguments by name, or of the fields of an input object; None where nothing needs one."""
        checks: dict[str, Check] = {}
        self._add(members, checks)
        return _members(checks) if checks else None

    def _add(
        self, members: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField], checks: dict[str, Check]
    ) -> None:
        for name, member in members.items():
            if (check := self._of(member.type, _declared(member))) is not None:
                checks[name] = check

    def _of(self, type_: GraphQLInputType, length: int) -> Check | None:
        if isinstance(type_, GraphQLNonNull):
            return self._of(type_.of_type, length)
        if isinstance(type_, GraphQLList):
            return _list(self._of(type_.of_type, length))
        if isinstance(type_, GraphQLInputObjectType):
            checks = self._of_objects.get(type_.name)
            if checks is None:
                checks = self._of_objects[type_.name] = {}
                self._add(type_.fields, checks)
            return _members(checks)
        return _text(length) if type_ in _TEXTS else None


def _declared(member: GraphQLArgument | GraphQLInputField) -> int:
    definition = member.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    length: int = definition.metadata.get(_KEY, MAX_TEXT) if definition is not None else MAX_TEXT
    return length


def _text(length: int) -> Check:
    def check(value: Any, name: str) -> None:
        if isinstance(value, str) and len(value) > length:
            raise BadInput(FieldProblem(name, "TOO_LONG", f"{name} can have at most {length:,} characters."))

    return check


def _list(item: Check | None) -> Check:
    def check(value: Any, name: str) -> None:
        if not isinstance(value, list):
            return
        if len(value) > MAX_ITEMS:
            raise BadInput(FieldProblem(name, "TOO_MANY", f"{name} can have at most {MAX_ITEMS:,} items."))
        if item is not None:
            for index, one in enumerate(value):
                item(one, f"{name}.{index}")

    return check


def _members(checks: Mapping[str, Check]) -> Check:
    def check(value: Any, name: str) -> None:
        if not isinstance(value, dict):
            return
        for key, one in checks.items():
            if key in value:
                one(value[key], f"{name}.{key}" if name not in _UNNAMED else key)

    return check
