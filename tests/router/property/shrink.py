"""Make a failing operation as small as it can be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    Visitor,
    parse,
    print_ast,
    visit,
)

from tests.router.property.operations import VARIABLES

_REMOVABLE = (FieldNode, InlineFragmentNode, FragmentSpreadNode, FragmentDefinitionNode, DirectiveNode)


def shrink(text: str, fails: Callable[[str], bool]) -> str:
    """Drop parts of the operation as long as it still fails; `fails` is False for what is not valid."""
    number = 0
    while True:
        smaller = _without(parse(text, no_location=True), number)
        if smaller is None:
            return text
        if _fails(smaller, fails):
            text, number = smaller, 0
        else:
            number += 1


def _fails(text: str, fails: Callable[[str], bool]) -> bool:
    try:
        return fails(text)
    except Exception:
        return False


def _without(document: DocumentNode, number: int) -> str | None:
    """The document without its part of that number, or None when it has fewer."""
    remover = _Remover(number)
    text = print_ast(visit(document, remover))
    if not remover.removed:
        return None
    for name, (type_, _) in VARIABLES.items():
        if len(re.findall(rf"\${name}\b", text)) == 1:
            text = re.sub(rf"\${name}: {re.escape(type_)}(, )?", "", text)
    return text.replace(", )", ")").replace("()", "")


class _Remover(Visitor):
    def __init__(self, number: int) -> None:
        super().__init__()
        self._left = number
        self.removed = False

    def enter(self, node: Node, *_: Any) -> Any:
        """Remove one node, counting down."""
        if self.removed or not isinstance(node, _REMOVABLE):
            return None
        self._left -= 1
        if self._left >= 0:
            return None
        self.removed = True
        return REMOVE
