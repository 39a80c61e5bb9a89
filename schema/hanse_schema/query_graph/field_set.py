"""Field sets (`@key`, `@requires`, `@provides`) as small frozen trees, including arguments.

Every representation has a `__typename`, so a field set does not hold that of the entity itself: `@key(fields:
"__typename")` is an empty field set. It holds that of the objects below.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from graphql import (
    FieldNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
)

from hanse_schema.supergraph.errors import InvalidSupergraphError

TYPENAME = "__typename"


class FieldPick(NamedTuple):
    """A field of a field set: its arguments as GraphQL text ("" for none), and its selection."""

    name: str
    arguments: str = ""
    picks: Picks = ()


class TypePick(NamedTuple):
    """A part of a field set for one type only: `... on Book { isbn }`."""

    type: str
    picks: Picks


Picks = tuple[FieldPick | TypePick, ...]


@lru_cache(maxsize=8192)
def parse_picks(text: str) -> Picks:
    """The tree of a field set, with or without its outer braces. Raises InvalidSupergraphError."""
    return tuple(_without_typename(parse_context_picks(text)))


@lru_cache(maxsize=8192)
def parse_context_picks(text: str) -> Picks:
    """The tree of a selection from a context, in which `__typename` counts. Raises InvalidSupergraphError."""
    braced = text.lstrip().startswith("{")
    try:
        # A comment at the end of the text must not hide the brace.
        definitions = parse(text if braced else f"{{ {text}\n}}", no_location=True).definitions
    except GraphQLSyntaxError as error:
        raise InvalidSupergraphError(f"{text!r} is not a field set: {error.description}") from None
    if len(definitions) != 1 or not isinstance(operation := definitions[0], OperationDefinitionNode):
        raise InvalidSupergraphError(f"{text!r} is not a field set: it holds more than selections")
    return _picks(operation.selection_set)


def print_picks(picks: Picks) -> str:
    """The field set as GraphQL text on one line."""
    return " ".join(_print(pick) for pick in picks)


def merge_picks(*sets: Picks) -> Picks:
    """The union of the field sets, without duplicate fields."""
    fields: dict[tuple[str, str], list[Picks]] = {}
    types: dict[str, list[Picks]] = {}
    for pick in (pick for picks in sets for pick in picks):
        if isinstance(pick, FieldPick):
            fields.setdefault((pick.name, pick.arguments), []).append(pick.picks)
        else:
            types.setdefault(pick.type, []).append(pick.picks)
    return (
        *(FieldPick(name, arguments, merge_picks(*inner)) for (name, arguments), inner in fields.items()),
        *(TypePick(type_, merge_picks(*inner)) for type_, inner in types.items()),
    )


def _picks(node: SelectionSetNode | None) -> Picks:
    if node is None:
        return ()
    picks: list[FieldPick | TypePick] = []
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            arguments = ", ".join(print_ast(argument) for argument in selection.arguments or ())
            picks.append(FieldPick(selection.name.value, arguments, _picks(selection.selection_set)))
        elif isinstance(selection, InlineFragmentNode):
            inner = _picks(selection.selection_set)
            picks += [TypePick(selection.type_condition.name.value, inner)] if selection.type_condition else inner
    return tuple(picks)


def _without_typename(picks: Picks) -> Iterator[FieldPick | TypePick]:
    for pick in picks:
        if isinstance(pick, TypePick):
            inner = tuple(_without_typename(pick.picks))
            if inner:
                yield TypePick(pick.type, inner)
        elif pick.name != TYPENAME:
            yield pick


def _print(pick: FieldPick | TypePick) -> str:
    if isinstance(pick, TypePick):
        return f"... on {pick.type} {{ {print_picks(pick.picks)} }}"
    arguments = f"({pick.arguments})" if pick.arguments else ""
    return f"{pick.name}{arguments} {{ {print_picks(pick.picks)} }}" if pick.picks else f"{pick.name}{arguments}"
