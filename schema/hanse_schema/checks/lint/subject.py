"""What lint rules read: one subgraph's schema with the syntax tree, the tokens and the comments of its SDL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from graphql import DocumentNode, Node, Token, TokenKind

from hanse_schema.checks.edits import TextEdit, removal
from hanse_schema.subgraph.model import (
    DirectiveDef,
    EnumValueDef,
    FieldDef,
    InputValueDef,
    Kind,
    SubgraphSchema,
    TypeDef,
    has,
)
from hanse_schema.type_ref import named_type

ROOTS = ("Query", "Mutation", "Subscription")
COMPOSITES = frozenset({Kind.OBJECT, Kind.INTERFACE, Kind.UNION})


def _has_line_end(text: str) -> bool:
    return "\n" in text or "\r" in text


@dataclass(frozen=True, slots=True)
class FieldUse:
    """A field of an object or interface, with its type."""

    owner: TypeDef
    definition: FieldDef

    @property
    def coordinate(self) -> str:
        """Its schema coordinate: `Product.price`."""
        return f"{self.owner.name}.{self.definition.name}"


@dataclass(frozen=True, slots=True)
class InputUse:
    """An argument or an input field, with its schema coordinate: `Query.users(first:)` or `UserInput.email`."""

    coordinate: str
    definition: InputValueDef


@dataclass(frozen=True, slots=True)
class ValueUse:
    """A value of an enum, with its type."""

    owner: TypeDef
    definition: EnumValueDef

    @property
    def coordinate(self) -> str:
        """Its schema coordinate: `Color.RED`."""
        return f"{self.owner.name}.{self.definition.name}"


class LintSubject:
    """One subgraph to lint: its SDL as written, and its schema."""

    def __init__(self, sdl: str, document: DocumentNode, schema: SubgraphSchema) -> None:
        self.sdl = sdl
        self.document = document
        self.schema = schema

    @property
    def types(self) -> dict[str, TypeDef]:
        """The subgraph's types by canonical name, without those of specifications."""
        return self.schema.types

    @cached_property
    def defined_types(self) -> tuple[TypeDef, ...]:
        """The types that the subgraph defines, without those that it only extends and without root types."""
        return tuple(one for one in self.types.values() if one.nodes and not one.is_extension and one.name not in ROOTS)

    @cached_property
    def fields(self) -> tuple[FieldUse, ...]:
        """The fields of objects and interfaces, without those that other subgraphs resolve (`@external`)."""
        return tuple(
            FieldUse(owner, definition)
            for owner in self.types.values()
            for definition in owner.fields.values()
            if not has(definition.directives, "external")
        )

    @cached_property
    def arguments(self) -> tuple[InputUse, ...]:
        """The arguments of fields."""
        return tuple(
            InputUse(f"{use.coordinate}({argument.name}:)", argument)
            for use in self.fields
            for argument in use.definition.arguments.values()
        )

    @cached_property
    def directive_arguments(self) -> tuple[InputUse, ...]:
        """The arguments of the subgraph's own directives."""
        return tuple(
            InputUse(f"@{directive.name}({argument.name}:)", argument)
            for directive in self.directives
            for argument in directive.arguments.values()
        )

    @cached_property
    def input_fields(self) -> tuple[InputUse, ...]:
        """The fields of input objects."""
        return tuple(
            InputUse(f"{owner.name}.{definition.name}", definition)
            for owner in self.types.values()
            for definition in owner.input_fields.values()
        )

    @cached_property
    def values(self) -> tuple[ValueUse, ...]:
        """The values of enums."""
        return tuple(
            ValueUse(owner, value)
            for owner in self.types.values()
            if owner.kind is Kind.ENUM
            for value in owner.values.values()
        )

    @cached_property
    def directives(self) -> tuple[DirectiveDef, ...]:
        """The subgraph's own directive definitions."""
        return tuple(self.schema.directive_definitions.values())

    def type_of(self, reference: str) -> TypeDef | None:
        """The type inside a reference such as `[Product!]!`; None for scalars of GraphQL and of specifications."""
        return self.types.get(named_type(reference))

    def is_composite(self, reference: str) -> bool:
        """Whether the type inside a reference has a selection set."""
        found = self.type_of(reference)
        return found is not None and found.kind in COMPOSITES

    def comments_above(self, definition: Node) -> list[Token]:
        """The comments on lines of their own directly above a definition, in order."""
        block: list[Token] = []
        following = None if definition.loc is None else definition.loc.start_token
        while following is not None and (comment := following.prev) is not None and self._is_above(comment, following):
            block.append(comment)
            following = comment
        return block[::-1]

    def removal(self, definition: Node) -> tuple[TextEdit, ...]:
        """The edit that removes a definition with the comments above it."""
        if definition.loc is None:
            return ()
        first = next((comment.start for comment in self.comments_above(definition)), definition.loc.start)
        return (removal(self.sdl, first, definition.loc.end),)

    def _is_above(self, token: Token, following: Token) -> bool:
        """Whether a token is a comment on a line of its own, directly above that of what follows it."""
        before = token.prev
        is_alone = before is None or before.kind is TokenKind.SOF or _has_line_end(self.sdl[before.end : token.start])
        return token.kind is TokenKind.COMMENT and is_alone and following.line == token.line + 1

    def tokens(self) -> Iterator[Token]:
        """All tokens of the SDL with the comments, in order."""
        token = None if self.document.loc is None else self.document.loc.start_token
        while token is not None and token.kind is not TokenKind.EOF:
            if token.kind is not TokenKind.SOF:
                yield token
            token = token.next

    @cached_property
    def comments(self) -> tuple[Token, ...]:
        """The comments of the SDL, in order."""
        return tuple(token for token in self.tokens() if token.kind is TokenKind.COMMENT)

    @cached_property
    def applied_directives(self) -> frozenset[str]:
        """The names of the subgraph's own directives that are written once more than in their definition."""
        written = Counter(
            token.next.value for token in self.tokens() if token.kind is TokenKind.AT and token.next is not None
        )
        return frozenset(one.name for one in self.directives if written[one.name] > 1)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that the SDL has, outside of strings and comments."""
        return frozenset(token.value for token in self.tokens() if token.kind is TokenKind.NAME and token.value)
