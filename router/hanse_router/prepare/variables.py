"""Check and coerce variables with functions made once per operation (GraphQL specification, 6.1.2).

The functions only check validity. For invalid values, graphql-core makes the client's error, since that path
need not be fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    VariableDefinitionNode,
    get_variable_values,
    type_from_ast,
    value_from_ast_untyped,
)

from hanse_router.errors import LimitExceeded, VariablesRefused

MAX_VARIABLE_ERRORS = 20
_FEW = 200  # values that are explained in a few milliseconds
INT_MAX = 2**31 - 1
INT_MIN = -(2**31)

Coerce = Callable[[Any], Any]
CoerceVariables = Callable[[Mapping[str, Any] | None], Mapping[str, Any]]
_MISSING: Any = object()
_NOTHING: Mapping[str, Any] = {}


class _Wrong(Exception):
    """The value is not of its type."""


class ManyWrongVariables(Exception):
    """Many values, of which one is wrong. `explain` finds the errors, which takes too long for the event loop."""

    def __init__(self, explain: Callable[[], VariablesRefused]) -> None:
        super().__init__("a value is not of its type")
        self.explain = explain


def count_values(variables: Mapping[str, Any], maximum: int) -> int:
    """The number of values in lists and objects of variables. Counts no further than just above the maximum."""
    total = 0
    pending: list[Any] = [variables]
    while pending and total <= maximum:
        held = pending.pop()
        total += len(held)
        if total <= maximum:
            values = held.values() if isinstance(held, dict) else held
            pending += [value for value in values if isinstance(value, list | dict)]
    return total


def check_size(variables: Mapping[str, Any], maximum: int) -> None:
    """Raises LimitExceeded if the variables hold more values than the maximum, `limits.max_variable_values`."""
    if count_values(variables, maximum) > maximum:
        raise LimitExceeded(
            f"The variables have more than {maximum} values, the maximum (limits.max_variable_values).",
            code="MAX_VARIABLES_LIMIT",
        )


def prepare_variables(
    definitions: Sequence[VariableDefinitionNode], api_schema: GraphQLSchema, *, suggestions: bool = True
) -> CoerceVariables:
    """A function that checks and coerces the variables of a request, adds defaults and drops unknown ones.

    It raises VariablesRefused with the place of each variable that is missing or wrong; ManyWrongVariables if finding
    them takes long. Defaults inside of input
    objects are left to the subgraphs, who own them.
    """
    if not definitions:
        return lambda given: _NOTHING
    coercers = _Coercers()
    plans: list[tuple[str, Coerce, Any, bool]] = []
    for definition in definitions:
        type_ = type_from_ast(api_schema, definition.type)
        assert type_ is not None  # the document is valid
        default = value_from_ast_untyped(definition.default_value) if definition.default_value else _MISSING
        required = isinstance(type_, GraphQLNonNull) and default is _MISSING
        plans.append((definition.variable.name.value, coercers.of(type_), default, required))  # type: ignore[arg-type]

    def coerce(given: Mapping[str, Any] | None) -> Mapping[str, Any]:
        values: dict[str, Any] = {}
        source = given or _NOTHING
        try:
            for name, coerce_value, default, required in plans:
                value = source.get(name, _MISSING)
                if value is not _MISSING:
                    values[name] = coerce_value(value)
                elif default is not _MISSING:
                    values[name] = default
                elif required:
                    raise _Wrong
        except (_Wrong, RecursionError):
            if count_values(source, _FEW) > _FEW:
                raise ManyWrongVariables(partial(_refusal, source)) from None
            raise _refusal(source) from None
        return values

    def _refusal(source: Mapping[str, Any]) -> VariablesRefused:
        errors = get_variable_values(
            api_schema, definitions, dict(source), MAX_VARIABLE_ERRORS, hide_suggestions=not suggestions
        )
        assert isinstance(errors, list), "graphql-core takes variables that are wrong here"
        return VariablesRefused(errors)

    return coerce


class _Coercers:
    """The coercion function of each type. Input objects may refer to themselves."""

    def __init__(self) -> None:
        self._made: dict[str, Coerce] = {}

    def of(self, type_: GraphQLInputType) -> Coerce:
        if isinstance(type_, GraphQLNonNull):
            return _non_null(self.of(type_.of_type))
        if isinstance(type_, GraphQLList):
            return _list(self.of(type_.of_type))
        if isinstance(type_, GraphQLInputObjectType):
            return self._input_object(type_)
        if isinstance(type_, GraphQLEnumType):
            return _enum(frozenset(type_.values))
        assert isinstance(type_, GraphQLScalarType)
        return _SCALARS.get(type_.name, _custom)

    def _input_object(self, type_: GraphQLInputObjectType) -> Coerce:
        made = self._made.get(type_.name)
        if made is not None:
            return made
        fields: dict[str, Coerce] = {}
        required: list[str] = []
        one_of = type_.is_one_of

        def coerce(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, dict):
                raise _Wrong
            for name in required:
                if name not in value:
                    raise _Wrong
            try:
                coerced = {name: fields[name](item) for name, item in value.items()}
            except KeyError:
                raise _Wrong from None
            if one_of and (len(coerced) != 1 or None in coerced.values()):
                raise _Wrong
            return coerced

        self._made[type_.name] = coerce  # before its fields, which may need it
        for name, field in type_.fields.items():
            fields[name] = self.of(field.type)
            if isinstance(field.type, GraphQLNonNull) and field.default is None:
                required.append(name)
        return coerce


def _non_null(coerce: Coerce) -> Coerce:
    def coerce_non_null(value: Any) -> Any:
        if value is None:
            raise _Wrong
        return coerce(value)

    return coerce_non_null


def _list(coerce: Coerce) -> Coerce:
    def coerce_list(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, list):
            return [coerce(item) for item in value]
        return [coerce(value)]

    return coerce_list


def _enum(names: frozenset[str]) -> Coerce:
    def coerce_enum(value: Any) -> Any:
        if value is None or (isinstance(value, str) and value in names):
            return value
        raise _Wrong

    return coerce_enum


def _string(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    raise _Wrong


def _id(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    raise _Wrong


def _int(value: Any) -> Any:
    if value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and INT_MIN <= value <= INT_MAX:
        return value
    raise _Wrong


def _float(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise _Wrong


def _boolean(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    raise _Wrong


def _custom(value: Any) -> Any:
    return value


_SCALARS: dict[str, Coerce] = {"String": _string, "ID": _id, "Int": _int, "Float": _float, "Boolean": _boolean}
