"""An operation of a client, expanded once: what guards, planner, executor and projection all read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLCompositeType,
    GraphQLObjectType,
    GraphQLOutputType,
    VariableDefinitionNode,
)

from hanse_router.operation_kind import OperationKind


@dataclass(frozen=True, slots=True)
class SkipInclude:
    """A condition on a Boolean variable: `@include(if: $variable)`, or `@skip` when `negated`."""

    variable: str
    negated: bool = False


Conditions = frozenset[SkipInclude]
"""Conditions that must all hold."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a field: the GraphQL text between the parentheses, and the names of the variables in it."""

    text: str = ""
    variables: frozenset[str] = frozenset()


NO_ARGUMENTS = Arguments()


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field that the client selects. A field of a fragment exists once for each use of the fragment.

    `path` holds the response keys from the root to this field. `parent` is the type it is selected on; `types` are
    the object types for which it is selected, all type conditions on the way considered. `conditions` are those of
    `@skip` and `@include` from the root on. `selections` is None for a leaf, and empty for `__schema` and `__type`,
    which are answered from `node`.
    """

    path: tuple[str, ...]
    name: str
    parent: GraphQLCompositeType
    type: GraphQLOutputType
    arguments: Arguments
    conditions: Conditions
    types: frozenset[str]
    selections: tuple[Field, ...] | None
    node: FieldNode

    @property
    def response_key(self) -> str:
        """The key of the field in the response: its alias, or its name."""
        return self.path[-1]

    @property
    def is_introspection(self) -> bool:
        """Whether it is `__schema`, `__type` or `__typename`."""
        return self.name.startswith("__")

    def walk(self) -> Iterator[Field]:
        """This field and all fields below it, in document order."""
        yield self
        for field in self.selections or ():
            yield from field.walk()


@dataclass(frozen=True)
class Operation:
    """An operation of a valid document. Fragments are expanded; selections that can never hold are left out.

    `variables` are the definitions of its variables by name. `fragments` are those of a document that asks for
    introspection, otherwise none.
    """

    kind: OperationKind
    name: str | None
    root: GraphQLObjectType
    selections: tuple[Field, ...]
    variables: Mapping[str, VariableDefinitionNode]
    fragments: tuple[FragmentDefinitionNode, ...]

    def fields(self) -> Iterator[Field]:
        """All fields, in document order."""
        for field in self.selections:
            yield from field.walk()

    @cached_property
    def size(self) -> int:
        """The number of its fields."""
        return sum(1 for _ in self.fields())

    @cached_property
    def condition_variables(self) -> tuple[str, ...]:
        """The names of the variables that decide what is selected, sorted."""
        return tuple(sorted({condition.variable for field in self.fields() for condition in field.conditions}))
