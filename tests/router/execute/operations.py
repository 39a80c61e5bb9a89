"""Random operations over an API schema: aliases, fragments, conditions, abstract types, arguments and variables."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)

from tests.router.execute.chance import Chance

VARIABLES: dict[str, Any] = {"yes": True, "no": False, "n": 2}
_HEAD = "($yes: Boolean = true, $no: Boolean!, $n: Int)"
_USES = "vyes: __typename @include(if: $yes) vno: __typename @skip(if: $no) vn: users(first: $n) { id }"
MAX_DEPTH = 3


class Operations:
    """Makes one operation. Keys are chosen so that no two fields of one object conflict under one key."""

    def __init__(self, api_schema: GraphQLSchema, chance: Chance) -> None:
        self._api_schema = api_schema
        self._chance = chance
        self._fragments: list[str] = []

    def operation(self) -> str:
        """The text of the operation; it uses all its variables."""
        query = self._api_schema.query_type
        assert query is not None
        body = self._selections(query, 0)
        return f"query Random{_HEAD} {{ {body} {_USES} }} " + " ".join(self._fragments)

    def _selections(self, type_: Any, depth: int) -> str:
        chance = self._chance
        parts: list[str] = []
        if hasattr(type_, "fields"):
            names = [n for n in type_.fields if depth < MAX_DEPTH or is_leaf_type(get_named_type(type_.fields[n].type))]
            parts += [self._field(type_, name, depth) for name in chance.some(names, 1, 3)]
        if not parts or chance.happens(20):
            parts.append(chance.pick(["__typename", "kind: __typename"]) + self._condition())
        if is_abstract_type(type_):
            for possible in self._api_schema.get_possible_types(type_):
                if not chance.happens(30):
                    inner = self._selections(possible, depth + 1)
                    parts.append(f"... on {possible.name}{self._condition()} {{ {inner} }}")
        elif is_object_type(type_) and depth and chance.happens(25):
            parts.append(self._fragment(type_, depth))
        if is_object_type(type_) and depth and chance.happens(15):
            for interface in type_.interfaces:
                parts.append(f"... on {interface.name} {{ {self._selections(interface, depth + 1)} }}")
        return " ".join(chance.shuffled(parts))

    def _fragment(self, type_: GraphQLObjectType, depth: int) -> str:
        if not self._chance.happens(50):
            return f"...{self._condition()} {{ {self._selections(type_, depth + 1)} }}"
        index = len(self._fragments)
        self._fragments.append("")
        inner = self._selections(type_, depth + 1)
        self._fragments[index] = f"fragment F{index} on {type_.name} {{ {inner} }}"
        return f"...F{index}{self._condition()}"

    def _field(self, type_: Any, name: str, depth: int) -> str:
        chance = self._chance
        field = type_.fields[name]
        arguments = tag = ""
        if name == "node":
            tag, arguments = chance.pick([("_u", '(id: "u1")'), ("_p", '(id: "p1")'), ("_0", '(id: "?")')])
        elif field.args and chance.happens(60):
            argument = next(iter(field.args))
            value = chance.pick(["1", "2", "$n"])
            tag, arguments = f"_{value.strip('$')}", f"({argument}: {value})"
        # One key means one field with one set of arguments, whatever type it is selected on.
        key = f"{name}{tag}_b" if chance.happens(15) else f"{name}{tag}"
        alias = f"{key}: " if key != name else ""
        named = get_named_type(field.type)
        below = "" if is_leaf_type(named) else f" {{ {self._selections(named, depth + 1)} }}"
        return f"{alias}{name}{arguments}{self._condition()}{below}"

    def _condition(self) -> str:
        if not self._chance.happens(12):
            return ""
        return self._chance.pick(
            [" @include(if: $yes)", " @skip(if: $yes)", " @include(if: $no)", " @skip(if: $no)", " @include(if: true)"]
        )
