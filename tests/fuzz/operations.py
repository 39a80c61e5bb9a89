"""Random operations over an API schema, with variables of random values."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)

from tests.fuzz.values import Values

MAX_DEPTH = 4
MAX_DOCUMENTS = 500  # that are sent again
NEW_DOCUMENTS = 0.02  # of all requests: planning a document takes a hundred times as long as sending it again


@dataclass(frozen=True)
class Operation:
    """A GraphQL request."""

    query: str
    variables: dict[str, Any]
    kind: str
    arguments: tuple[tuple[str, GraphQLInputType, str], ...] = ()  # of each variable: its name, type, and argument


class OperationFuzzer:
    """Makes operations: most of them are valid."""

    def __init__(self, schema: GraphQLSchema, values: Values) -> None:
        self._schema = schema
        self._values = values
        self._rng: random.Random = values.rng
        self._arguments: list[tuple[str, GraphQLInputType, str]] = []
        self._made: list[Operation] = []
        self._fragments: list[str] = []

    def operation(self, *, streams: bool = False) -> Operation:
        """A new document, or mostly an earlier one, with new values. Subscriptions only where `streams` says so."""
        rng = self._rng
        if streams or len(self._made) < 50 or rng.random() < NEW_DOCUMENTS:
            operation = self._new(streams=streams)
            if operation.kind != "subscription":
                if len(self._made) < MAX_DOCUMENTS:
                    self._made.append(operation)
                else:
                    self._made[rng.randrange(MAX_DOCUMENTS)] = operation
            return operation
        return self._with_values(rng.choice(self._made))

    def _with_values(self, operation: Operation) -> Operation:
        values = {variable: self._values.of(type_, name) for variable, type_, name in operation.arguments}
        return replace(operation, variables=values)

    def _new(self, *, streams: bool) -> Operation:
        self._arguments, self._fragments = [], []
        roll = self._rng.random()
        schema = self._schema
        if streams and schema.subscription_type is not None and roll < 0.4:
            kind, root = "subscription", schema.subscription_type
        elif schema.mutation_type is not None and roll < 0.7:
            kind, root = "mutation", schema.mutation_type
        else:
            assert schema.query_type is not None
            kind, root = "query", schema.query_type
        names = self._rng.sample(list(root.fields), 1 if kind == "subscription" else self._rng.choice((1, 1, 1, 2, 3)))
        parts = [self._field(name, root.fields[name], 0) for name in names]
        definitions = ", ".join(f"${variable}: {type_}" for variable, type_, _ in self._arguments)
        defined = f"({definitions})" if definitions else ""
        text = f"{kind} Fuzz{defined} {{ {' '.join(parts)} }}" + "".join(self._fragments)
        return self._with_values(Operation(text, {}, kind, tuple(self._arguments)))

    def _selections(self, type_: GraphQLNamedType, depth: int) -> str:
        rng = self._rng
        parts: list[str] = []
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            names = rng.sample(list(type_.fields), min(len(type_.fields), rng.randint(1, 5)))
            names += [name for name in ("id", "cursor") if name in type_.fields and rng.random() < 0.7]
            fields = [(name, type_.fields[name]) for name in dict.fromkeys(names)]
            parts = [text for name, field in fields if (text := self._field(name, field, depth))]
        if is_abstract_type(type_):
            for possible in self._schema.get_possible_types(type_):
                parts.append(f"... on {possible.name} {self._selections(possible, depth + 1)}")
        elif depth < MAX_DEPTH and rng.random() < 0.05:
            name = f"F{len(self._fragments)}"
            self._fragments.append("")
            self._fragments[int(name[1:])] = f" fragment {name} on {type_.name} {self._selections(type_, depth + 1)}"
            parts.append(f"...{name}")
        if not parts or rng.random() < 0.1:
            parts.append("__typename")
        return f"{{ {' '.join(parts)} }}"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        inner = get_named_type(field.type)
        body = ""
        if is_composite_type(inner):
            if depth >= MAX_DEPTH:
                return ""
            body = " " + self._selections(inner, depth + 1)
        alias = f"{self._rng.choice('abcd')}: " if self._rng.random() < 0.05 else ""
        return f"{alias}{name}{self._given(field)}{self._condition()}{body}"

    def _given(self, field: GraphQLField) -> str:
        given: list[str] = []
        for name, argument in field.args.items():
            if not is_required_argument(argument) and self._rng.random() < 0.6:
                continue
            variable = f"v{len(self._arguments)}"
            self._arguments.append((variable, argument.type, name))
            given.append(f"{name}: ${variable}")
        return f"({', '.join(given)})" if given else ""

    def _condition(self) -> str:
        if self._rng.random() > 0.04:
            return ""
        return f" @{self._rng.choice(('skip', 'include'))}(if: {self._rng.choice(('true', 'false'))})"


INTROSPECTION: Sequence[str] = (
    "{ __schema { types { name fields { name type { name ofType { name } } } } } }",
    '{ __type(name: "User") { fields(includeDeprecated: true) { name args { name defaultValue } } } }',
    "{ __typename a: __typename }",
)
