"""Field sets: the selections in `@key(fields:)`, `@requires(fields:)` and `@provides(fields:)`.

Spec: https://specs.apollo.dev/federation/v2.0, scalar FieldSet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DefinitionNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    parse,
)

from hanse_schema.subgraph.values import value_text

MAX_DEPTH = 100  # selections within selections
MAX_LENGTH = 100_000  # characters


class FieldSetError(ValueError):
    """The text is not a field set. The message is a sentence without its subject."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One selection: of a field, or, where `field` is None, an inline fragment (on `condition`, if any)."""

    field: str | None
    alias: str | None = None
    arguments: tuple[tuple[str, ValueNode], ...] = ()
    directives: tuple[str, ...] = ()
    condition: str | None = None
    selections: tuple[Selection, ...] | None = None


@lru_cache(maxsize=4096)
def parse_field_set(text: str) -> tuple[Selection, ...]:
    """The selections of a field set, with or without its outer braces. Raises FieldSetError."""
    if len(text) > MAX_LENGTH:
        raise FieldSetError(f"has {len(text):,} characters; at most {MAX_LENGTH:,} are read")
    if _depth(text) > MAX_DEPTH:
        raise FieldSetError(f"nests deeper than {MAX_DEPTH} levels")
    braced = text.lstrip().startswith("{")
    # Within its own lines, since a comment at its end would hide the brace or make up for one.
    definitions = _parsed(text if braced else f"{{\n{text}\n}}")
    if "#" in text and not braced and not _is_valid(f"{{{text}}}"):
        raise FieldSetError("is not a field set: the comment in its last line hides what follows; remove the comment")
    if len(definitions) != 1 or not isinstance(operation := definitions[0], OperationDefinitionNode):
        raise FieldSetError("is not a field set: it should hold selections and nothing else")
    return _selections(operation.selection_set)


def _parsed(document: str) -> tuple[DefinitionNode, ...]:
    try:
        return parse(document, no_location=True).definitions
    except GraphQLSyntaxError as error:
        raise FieldSetError(f"is not a field set: {error.description.rstrip('.')}") from None


def _is_valid(document: str) -> bool:
    try:
        parse(document, no_location=True)
    except GraphQLSyntaxError:
        return False
    return True


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        if character in "{[(":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}])":
            depth -= 1
    return deepest


def _selections(node: SelectionSetNode) -> tuple[Selection, ...]:
    if not node.selections:
        raise FieldSetError("is not a field set: braces with nothing selected")
    return tuple(_selection(child) for child in node.selections)


def _selection(node: object) -> Selection:
    match node:
        case FieldNode():
            return Selection(
                field=node.name.value,
                alias=node.alias.value if node.alias else None,
                arguments=tuple((argument.name.value, argument.value) for argument in node.arguments or ()),
                directives=tuple(directive.name.value for directive in node.directives or ()),
                selections=_selections(node.selection_set) if node.selection_set else None,
            )
        case InlineFragmentNode():
            return Selection(
                field=None,
                directives=tuple(directive.name.value for directive in node.directives or ()),
                condition=node.type_condition.name.value if node.type_condition else None,
                selections=_selections(node.selection_set),
            )
        case FragmentSpreadNode():
            raise FieldSetError(f"spreads the fragment `{node.name.value}`, but only inline fragments can be used")
        case _:
            raise FieldSetError("holds a selection of an unknown kind")


def print_selections(selections: tuple[Selection, ...]) -> str:
    """The selections as text, in one canonical print."""
    return " ".join(_print(selection) for selection in selections)


def _print(selection: Selection) -> str:
    if selection.field is None:
        head = f"... on {selection.condition}" if selection.condition else "..."
    else:
        head = f"{selection.alias}: {selection.field}" if selection.alias else selection.field
        if selection.arguments:
            head += f"({', '.join(f'{name}: {value_text(value)}' for name, value in selection.arguments)})"
    head += "".join(f" @{name}" for name in selection.directives)
    return head if selection.selections is None else f"{head} {{ {print_selections(selection.selections)} }}"
