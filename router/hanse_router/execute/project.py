"""Projects the response tree to the client's shape, by functions that are built once per operation.

Completion follows the GraphQL specification (6.4.3): fields in the client's order, nulls where the API schema's
nullability requires them, an error for each invalid value that no other error explains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLAbstractType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
)

from hanse_router.execute.collect import Collected, Collector, possible_types
from hanse_router.execute.entities import encode
from hanse_router.execute.error_list import ErrorList
from hanse_router.execute.errors import (
    INVALID_VALUE,
    NULL_IN_NON_NULL,
    TOO_LARGE,
    Error,
    LinkedPath,
    path_of,
    value_error,
)
from hanse_router.execute.leaves import INVALID, leaf
from hanse_router.execute.limits import ExecutionLimits
from hanse_router.execute.response import Response
from hanse_router.operation import Field


@dataclass(slots=True)
class Completion:
    """The state of one projection: the errors of the response, and how many bytes it may still grow."""

    errors: ErrorList
    room: int


Complete = Callable[[Any, LinkedPath, Completion], Any]

PROPAGATE: Final = object()  # null propagates to the parent; its error is in the list


class _TooLarge(Exception):
    """The response would be larger than the limit."""


def project(complete: Complete, root: dict[str, Any], errors: ErrorList, limits: ExecutionLimits) -> Response:
    """The response of an execution with this response tree."""
    try:
        data = complete(root, (), Completion(errors, limits.max_response_bytes))
    except _TooLarge:
        text = (
            f"The response is larger than {limits.max_response_bytes} bytes (limits.max_response_bytes): select less."
        )
        return Response(None, [{"message": text, "extensions": {"code": TOO_LARGE}}])
    data = None if data is PROPAGATE else data
    return Response(data, errors.listed(data))


class Projection:
    """Builds the functions that complete the values of one operation. Those of abstract types are built when needed."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def root(self, type_: GraphQLObjectType, collected: Collected, introspected: frozenset[str]) -> Complete:
        """The function of the root object. Fields with `introspected` keys are complete."""
        return self._object(type_, collected, introspected)

    def _object(
        self,
        type_: GraphQLObjectType | GraphQLInterfaceType,
        collected: Collected,
        complete: frozenset[str] = frozenset(),
    ) -> Complete:
        fields: list[tuple[str, Complete, bool]] = []
        for key, selected in collected.items():
            name = selected[0].name
            if key in complete:
                fields.append((key, _introspected, name == "__schema"))
            elif name == "__typename":
                fields.append((key, _constant(type_.name), False))
            elif all(one in self._collector.denied for one in selected):
                fields.append((key, _denied, isinstance(type_.fields[name].type, GraphQLNonNull)))
            else:
                field = type_.fields[name].type
                fields.append(
                    (key, self._output(field, selected, f"{type_.name}.{name}"), isinstance(field, GraphQLNonNull))
                )
        members = tuple(fields)
        size = sum(len(key) + 4 for key, _, _ in members)

        def complete_object(value: Any, path: LinkedPath, state: Completion) -> Any:
            if value is None:
                return None
            if not isinstance(value, dict):
                state.errors.add(_wrong(type_.name, path))
                return PROPAGATE
            _take(state, size)
            get = value.get
            projected = {}
            for key, complete_field, non_null in members:
                completed = complete_field(get(key), (path, key), state)
                if completed is PROPAGATE:
                    if non_null:
                        return PROPAGATE
                    completed = None
                projected[key] = completed
            return projected

        return complete_object

    def _output(self, type_: GraphQLOutputType, fields: list[Field], coordinate: str) -> Complete:
        if isinstance(type_, GraphQLNonNull):
            return _non_null(self._output(type_.of_type, fields, coordinate), coordinate)
        if isinstance(type_, GraphQLList):
            item = type_.of_type
            return _list(self._output(item, fields, coordinate), isinstance(item, GraphQLNonNull), coordinate)
        if is_leaf_type(type_):
            return _leaf(type_.name, leaf(type_))
        if is_abstract_type(type_):
            return self._abstract(type_, fields)
        assert isinstance(type_, GraphQLObjectType)
        return self._object(type_, self._collector.below(fields, type_))

    def _abstract(self, type_: GraphQLAbstractType, fields: list[Field]) -> Complete:
        api_schema = self._collector.api_schema
        possible = possible_types(api_schema, type_)
        made: dict[str | None, Complete | None] = {}

        def make(name: str | None) -> Complete | None:
            if name not in possible and len(possible) == 1 and name in (None, type_.name):
                name = possible[0]
            if name in possible:
                concrete = api_schema.get_type(name)
                assert isinstance(concrete, GraphQLObjectType)
                return self._object(concrete, self._collector.below(fields, concrete))
            if name in (None, type_.name) and isinstance(type_, GraphQLInterfaceType):
                # An interface object whose type was not needed: it has the fields that are selected on the interface.
                below = self._collector.below(fields, type_)
                if all(selected[0].name != "__typename" for selected in below.values()):
                    return self._object(type_, below)
            return None

        def complete_abstract(value: Any, path: LinkedPath, state: Completion) -> Any:
            if value is None:
                return None
            name = value.get("__typename") if isinstance(value, dict) else None
            if not isinstance(name, str):
                name = None
            if name in made:
                complete = made[name]
            else:
                complete = make(name)
                if len(made) < 1000:  # names come from subgraphs, so the cache is bounded
                    made[name] = complete
            if complete is None:
                state.errors.add(_wrong(type_.name, path))
                return PROPAGATE
            return complete(value, path, state)

        return complete_abstract


def _take(state: Completion, size: int) -> None:
    """Note that the response grows. Entities at several response paths can make it much larger than the replies."""
    state.room -= size
    if state.room < 0:
        raise _TooLarge


def _introspected(value: Any, path: LinkedPath, state: Completion) -> Any:
    return PROPAGATE if value is None else value  # encoded, if there is an answer


def _denied(value: Any, path: LinkedPath, state: Completion) -> Any:
    return PROPAGATE  # without an error: the denial has one


def _constant(value: str) -> Complete:
    return lambda _value, _path, _state: value


def _leaf(name: str, check: Callable[[Any], Any]) -> Complete:
    def complete_leaf(value: Any, path: LinkedPath, state: Completion) -> Any:
        if value is None:
            return None
        checked = check(value)
        if checked is INVALID:
            state.errors.add(_wrong(name, path))
            return PROPAGATE
        if isinstance(checked, str):
            _take(state, len(checked))
        elif isinstance(checked, dict | list):  # of a custom scalar
            _take(state, len(encode(checked)))
        return checked

    return complete_leaf


def _list(complete_item: Complete, non_null: bool, coordinate: str) -> Complete:
    def complete_list(value: Any, path: LinkedPath, state: Completion) -> Any:
        if value is None:
            return None
        if not isinstance(value, list):
            state.errors.add(_wrong(coordinate, path, " a list"))
            return PROPAGATE
        _take(state, len(value))
        items = []
        for index, item in enumerate(value):
            completed = complete_item(item, (path, index), state)
            if completed is PROPAGATE:
                if non_null:
                    return PROPAGATE
                completed = None
            items.append(completed)
        return items

    return complete_list


def _non_null(complete: Complete, coordinate: str) -> Complete:
    message = f"Cannot return null for non-nullable field {coordinate}."

    def complete_non_null(value: Any, path: LinkedPath, state: Completion) -> Any:
        completed = complete(value, path, state)
        if completed is None:
            state.errors.add_null(message, NULL_IN_NON_NULL, path_of(path))
            return PROPAGATE
        return completed

    return complete_non_null


def _wrong(expected: str, path: LinkedPath, what: str = " of this type") -> Error:
    message = f"The subgraph's value is not{what}: {expected}."
    return value_error(message, INVALID_VALUE, path_of(path))
