"""The cache policy of an operation: how long its response may be cached, and for whom.

`@cacheControl(maxAge: Int, scope: PUBLIC | PRIVATE, inheritMaxAge: Boolean)` on a field, or on the type that it
returns, says so in seconds; the field's word counts first. What has none of them: a root field, or a field that returns
objects, may not be kept; any other field may as long as what it belongs to. An operation may as long as the least of
its fields, and is private where one of them is, or where it asks for what not everybody may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from hanse_router.operation import Operation
from hanse_router.operation_kind import OperationKind
from hanse_router.prepare.requirements import ALWAYS, Requirements
from hanse_schema.supergraph.model import AppliedDirective, InterfaceType, ObjectType, Supergraph

PRIVATE = "PRIVATE"


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """The response may be cached for `max_age` seconds; if `private`, for the same caller only."""

    max_age: int
    private: bool


@dataclass(frozen=True, slots=True)
class _Hint:
    """One cache hint. `max_age` None: the same as the parent."""

    max_age: int | None = None
    private: bool = False
    inherits: bool = False

    def or_else(self, other: _Hint) -> _Hint:
        """This hint, with the other for what it leaves open."""
        if self.max_age is not None or self.inherits:
            return _Hint(self.max_age, self.private or other.private, self.inherits)
        return _Hint(other.max_age, self.private or other.private, other.inherits)


_NOTHING = _Hint()


class CachePolicies:
    """The cache hints of a supergraph."""

    def __init__(self, supergraph: Supergraph, api_schema: GraphQLSchema, directive: str) -> None:
        self._supergraph = supergraph
        self._api_schema = api_schema
        self._directive = directive
        # Fields with requirements make a response private, whoever enforces them.
        self._requirements = Requirements(supergraph, api_schema)

    def annotate(self, operation: Operation) -> CachePolicy | None:
        """The policy of an operation; None if its response may not be cached."""
        if operation.kind is not OperationKind.QUERY:
            return None
        max_age: int | None = None
        private = False
        for field in operation.fields():
            if field.is_introspection:
                continue
            type_name, field_name = field.parent.name, field.name
            private = private or self._requirements.of_field(type_name, field_name) is not ALWAYS
            for hint in self._of_use(type_name, field_name):
                private = private or hint.private
                if hint.max_age is not None:
                    max_age = hint.max_age if max_age is None else min(max_age, hint.max_age)
        return CachePolicy(max_age, private) if max_age else None

    def _of_use(self, type_name: str, field_name: str) -> Iterator[_Hint]:
        """The hints of a field on a type; for abstract types, those of each possible type."""
        type_: Any = self._api_schema.get_type(type_name)
        returned = get_named_type(type_.fields[field_name].type)
        own = self._of_field(type_name, field_name)
        own_type = self._of_type(returned.name)
        for parent in self._may_be(type_):
            hint = self._of_field(parent, field_name).or_else(own)
            for below in self._may_be(returned):
                yield self._settled(hint.or_else(self._of_type(below).or_else(own_type)), type_, returned)

    def _may_be(self, type_: GraphQLNamedType) -> list[str]:
        if is_abstract_type(type_):
            return [possible.name for possible in self._api_schema.get_possible_types(type_)] or [type_.name]
        return [type_.name]

    def _settled(self, hint: _Hint, parent: GraphQLNamedType, returned: GraphQLNamedType) -> _Hint:
        if hint.max_age is None and (
            parent is self._api_schema.query_type or (is_composite_type(returned) and not hint.inherits)
        ):
            return _Hint(0, hint.private)
        return hint

    def _of_field(self, type_name: str, field_name: str) -> _Hint:
        definition = self._supergraph.types.get(type_name)
        if isinstance(definition, ObjectType | InterfaceType) and field_name in definition.fields:
            return self._read(definition.fields[field_name].directives)
        return _NOTHING

    def _of_type(self, name: str) -> _Hint:
        definition = self._supergraph.types.get(name)
        return self._read(definition.directives) if definition is not None else _NOTHING

    def _read(self, directives: Iterable[AppliedDirective]) -> _Hint:
        hint = _NOTHING
        for directive in directives:
            if directive.name == self._directive:
                arguments = directive.values()
                age = arguments.get("maxAge")
                # A hint that is not understood forbids caching.
                max_age = max(0, age) if isinstance(age, int) else None if age is None else 0
                hint = _Hint(max_age, arguments.get("scope") == PRIVATE, arguments.get("inheritMaxAge") is True)
        return hint
