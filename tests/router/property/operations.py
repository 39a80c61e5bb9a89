"""Random operations over an API schema: aliases, fragments, conditions, arguments, abstract types."""

from __future__ import annotations

import random
import re
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)

NOT_GIVEN: Any = object()
VARIABLES: dict[str, tuple[str, Any]] = {
    "yes": ("Boolean!", True),
    "no": ("Boolean!", False),
    "on": ("Boolean! = true", NOT_GIVEN),
    "off": ("Boolean = false", NOT_GIVEN),
    "number": ("Int! = 3", 2),
    "usual": ("Int! = 4", NOT_GIVEN),
    "nothing": ("Int", None),
    "unknown": ("Int", NOT_GIVEN),
    "filter": ("Filter!", {"text": "v", "colours": [["BLUE"]], "inner": {"least": 5}}),
    "colour": ("Colour! = RED", "BLUE"),
}
"""The variables that operations use: what each is defined as, and its value."""
VALUES = {name: value for name, (_, value) in VARIABLES.items() if value is not NOT_GIVEN}
_TRUTHS = (*(f"${name}" for name, (type_, _) in VARIABLES.items() if "Boolean" in type_), "true", "false")
_VARIABLES_OF = {"Int": ("number", "usual", "nothing", "unknown"), "Filter": ("filter",), "Colour": ("colour",)}


class OperationMaker:
    """Makes query texts; not all are valid (fields may conflict), so check each."""

    def __init__(self, api_schema: GraphQLSchema, rng: random.Random, depth: int = 4) -> None:
        self._api_schema = api_schema
        self._rng = rng
        self._depth = depth
        self._fragments: list[str] = []

    def make(self) -> str:
        """One operation with its fragments."""
        self._fragments = []
        kind, body = self._operation()
        text = "\n".join([body, *self._fragments])
        used = [f"${name}: {type_}" for name, (type_, _) in VARIABLES.items() if re.search(rf"\${name}\b", text)]
        return f"{kind} Q({', '.join(used)}) {text}" if used else f"{kind} Q {text}"

    def _operation(self) -> tuple[str, str]:
        """The kind of an operation, and what it selects."""
        schema, roll = self._api_schema, self._rng.random()
        if schema.mutation_type is not None and roll < 0.25:
            return "mutation", self._selections(schema.mutation_type, 0)
        if schema.subscription_type is not None and roll > 0.75:
            name, field = self._rng.choice([*schema.subscription_type.fields.items()])  # one is all there can be
            return "subscription", f"{{ {self._field(name, field, 0)} }}"
        assert schema.query_type is not None
        return "query", self._selections(schema.query_type, 0)

    def _selections(self, type_: GraphQLNamedType, depth: int) -> str:
        rng = self._rng
        parts: list[str] = []
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            fields = list(type_.fields.items())
            wanted = rng.randint(1, 4)
            # Fields that lead on make the more telling operations.
            rng.shuffle(fields)
            for name, field in fields[:wanted]:
                text = self._field(name, field, depth)
                if text:
                    parts.append(text)
        if depth <= self._depth and rng.random() < (0.8 if is_abstract_type(type_) else 0.15):
            parts += [self._fragment(type_, depth + 1) for _ in range(rng.randint(1, 2))]
        if rng.random() < 0.15 or not parts:
            alias = "kind: " if rng.random() < 0.3 else ""
            parts.append(f"{alias}__typename")
        rng.shuffle(parts)
        return f"{{ {' '.join(parts)} }}"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        rng = self._rng
        inner = get_named_type(field.type)
        body = ""
        if is_composite_type(inner):
            if depth >= self._depth:
                return ""
            body = " " + self._selections(inner, depth + 1)
        alias = ""
        if rng.random() < 0.12:
            alias = f"{rng.choice(['id', 'sku', 'name', 'a', 'b', 'owner', name + '1'])}: "
        return f"{alias}{name}{self._arguments(field)}{self._condition()}{body}"

    def _fragment(self, type_: GraphQLNamedType, depth: int) -> str:
        rng = self._rng
        on = rng.choice(self._conditions_on(type_))
        body = self._selections(on, depth)
        if rng.random() < 0.3:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {on.name} {body}")
            return f"...{name}{self._condition()}"
        return f"... on {on.name}{self._condition()} {body}"

    def _conditions_on(self, type_: GraphQLNamedType) -> list[GraphQLNamedType]:
        found: list[GraphQLNamedType] = [type_]
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            possible = self._api_schema.get_possible_types(type_)
            found += possible
            found += [interface for one in possible for interface in one.interfaces]
        elif isinstance(type_, GraphQLObjectType):
            found += type_.interfaces
        return found

    def _condition(self) -> str:
        if self._rng.random() > 0.12:
            return ""
        name = self._rng.choice(["skip", "include"])
        return f" @{name}(if: {self._rng.choice(_TRUTHS)})"

    def _arguments(self, field: GraphQLField) -> str:
        given = [
            f"{name}: {self._literal(argument.type)}"
            for name, argument in field.args.items()
            if is_required_argument(argument) or self._rng.random() < 0.4
        ]
        return f"({', '.join(given)})" if given else ""

    def _literal(self, type_: Any, depth: int = 0) -> str:
        rng = self._rng
        if isinstance(type_, GraphQLNonNull):
            return self._literal(type_.of_type, depth)
        if isinstance(type_, GraphQLNamedType) and type_.name in _VARIABLES_OF and rng.random() < 0.3:
            return f"${rng.choice(_VARIABLES_OF[type_.name])}"
        if isinstance(type_, GraphQLList):
            return f"[{self._literal(type_.of_type, depth + 1)}]" if depth < 8 else "[]"  # input objects may recur
        if isinstance(type_, GraphQLEnumType):
            return rng.choice([*map(str, type_.values)])
        if isinstance(type_, GraphQLInputObjectType):
            fields = [
                f"{name}: {self._literal(field.type, depth + 1)}"
                for name, field in type_.fields.items()
                if isinstance(field.type, GraphQLNonNull) or (depth < 2 and rng.random() < 0.5)
            ]
            return f"{{{', '.join(fields[:1] if type_.is_one_of else fields)}}}"
        return {"Int": f"{rng.randint(0, 3)}", "Float": "1.5", "Boolean": "true"}.get(
            type_.name, f'"{rng.randint(0, 3)}"'
        )
