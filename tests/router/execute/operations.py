"""Random operations over an API schema: aliases, fragments, conditions, abstract types, arguments and variables."""

from __future__ import annotations

import random
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)

VARIABLES: dict[str, Any] = {"yes": True, "no": False, "n": 2}
_HEAD = "($yes: Boolean = true, $no: Boolean!, $n: Int)"


class Operations:
    """Makes operations from a seed. Keys are chosen so that no two fields of one object disagree under one key."""

    def __init__(self, api_schema: GraphQLSchema, seed: int) -> None:
        self._api_schema = api_schema
        self._chance = random.Random(seed)
        self._fragments: list[str] = []

    def operation(self) -> str:
        """The text of one operation, with all its variables used."""
        query = self._api_schema.query_type
        assert query is not None
        body = self._selections(query, 0)
        extra = "vyes: __typename @include(if: $yes) vno: __typename @skip(if: $no) vn: users(first: $n) { id }"
        return f"query Random{_HEAD} {{ {body} {extra} }} " + " ".join(self._fragments)

    def _selections(self, type_: Any, depth: int) -> str:
        chance = self._chance
        parts: list[str] = []
        if chance.random() < 0.2 or not hasattr(type_, "fields"):
            parts.append(chance.choice(["__typename", "kind: __typename"]) + self._condition())
        if hasattr(type_, "fields"):
            names = [n for n in type_.fields if depth < 4 or is_leaf_type(get_named_type(type_.fields[n].type))]
            parts += [
                self._field(type_, name, depth) for name in chance.sample(names, min(len(names), chance.randint(1, 4)))
            ]
        if is_abstract_type(type_):
            for possible in self._api_schema.get_possible_types(type_):
                if chance.random() < 0.7:
                    parts.append(
                        f"... on {possible.name}{self._condition()} {{ {self._selections(possible, depth + 1)} }}"
                    )
        elif is_object_type(type_) and depth and chance.random() < 0.25:
            parts.append(self._fragment(type_, depth))
        if is_object_type(type_) and depth and chance.random() < 0.15:
            for interface in type_.interfaces:
                parts.append(f"... on {interface.name} {{ {self._selections(interface, depth + 1)} }}")
        if not parts:
            parts.append("__typename")
        chance.shuffle(parts)
        return " ".join(parts)

    def _fragment(self, type_: GraphQLObjectType, depth: int) -> str:
        if self._chance.random() < 0.5:
            return f"...{self._condition()} {{ {self._selections(type_, depth + 1)} }}"
        name = f"F{len(self._fragments)}"
        self._fragments.append("")
        index = len(self._fragments) - 1
        self._fragments[index] = f"fragment {name} on {type_.name} {{ {self._selections(type_, depth + 1)} }}"
        return f"...{name}{self._condition()}"

    def _field(self, type_: Any, name: str, depth: int) -> str:
        chance = self._chance
        field = type_.fields[name]
        arguments = ""
        tag = ""
        if name == "node":
            tag, arguments = chance.choice([("_u", '(id: "u1")'), ("_p", '(id: "p1")'), ("_0", '(id: "?")')])
        elif field.args and chance.random() < 0.6:
            argument = next(iter(field.args))
            value = chance.choice(["1", "2", "$n"])
            tag, arguments = f"_{value.strip('$')}", f"({argument}: {value})"
        # One key means one field with one set of arguments, whatever type it is asked of.
        key = name + tag if tag or chance.random() < 0.3 else ""
        if not key and chance.random() < 0.15:
            key = f"{name}{tag}_b"
        alias = f"{key}: " if key and key != name else ""
        named = get_named_type(field.type)
        below = "" if is_leaf_type(named) else f" {{ {self._selections(named, depth + 1)} }}"
        return f"{alias}{name}{arguments}{self._condition()}{below}"

    def _condition(self) -> str:
        if self._chance.random() > 0.12:
            return ""
        return self._chance.choice(
            [" @include(if: $yes)", " @skip(if: $yes)", " @include(if: $no)", " @skip(if: $no)", " @include(if: true)"]
        )
