"""Field sets (`@key`, `@requires`, `@provides`, context selections) as small frozen trees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse


@dataclass(frozen=True, slots=True)
class FieldPick:
    """A field of a field set, with what is selected beneath it."""

    name: str
    selections: Selections = ()


@dataclass(frozen=True, slots=True)
class TypePick:
    """A part of a field set for one type only: `... on Book { isbn }`."""

    type: str
    selections: Selections


Selections = tuple[FieldPick | TypePick, ...]


@lru_cache(maxsize=4096)
def parse_selections(text: str) -> Selections:
    """The tree of a field set, with or without its outer braces. Arguments and aliases are left out."""
    text = text.strip()
    document = parse(text if text.startswith("{") else f"{{ {text} }}", no_location=True)
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return _selections(operation.selection_set)


def _selections(node: SelectionSetNode | None) -> Selections:
    if node is None:
        return ()
    picks: list[FieldPick | TypePick] = []
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            if selection.name.value != "__typename":
                picks.append(FieldPick(selection.name.value, _selections(selection.selection_set)))
        elif isinstance(selection, InlineFragmentNode):
            inner = _selections(selection.selection_set)
            picks += [TypePick(selection.type_condition.name.value, inner)] if selection.type_condition else inner
    return tuple(picks)


def print_selections(selections: Selections) -> str:
    """The field set as GraphQL text on one line."""
    return " ".join(_print(pick) for pick in selections)


def _print(pick: FieldPick | TypePick) -> str:
    head = pick.name if isinstance(pick, FieldPick) else f"... on {pick.type}"
    return f"{head} {{ {print_selections(pick.selections)} }}" if pick.selections else head
