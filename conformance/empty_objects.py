"""Objects of which an operation selects nothing: every field has `@skip(if: true)` or `@include(if: false)`.

The response has `{}` where the object exists, and null where it does not (GraphQL specification, 6.4.3: a null result
is null whatever is selected). So a plan has to ask whether it exists. The reference planners drop the field.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
    SelectionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

_SKIPPED = {"skip": True, "include": False}  # the value of `if` that drops a selection
_Fragments = dict[str, FragmentDefinitionNode]


def without_empty_objects(query: str) -> str:
    """The operation with `__typename` in place of each field whose object has no selected fields."""
    document = parse(query)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    reduced = visit(document, _Reduction(fragments))
    return query if reduced is document else print_ast(reduced)


class _Reduction(Visitor):
    def __init__(self, fragments: _Fragments) -> None:
        super().__init__()
        self._fragments = fragments

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        """Replace the field of an empty object."""
        if node.selection_set is None or not _all_skipped(node.selection_set.selections, self._fragments):
            return None
        return FieldNode(name=NameNode(value="__typename"), arguments=(), directives=node.directives)


def _all_skipped(selections: Iterable[SelectionNode], fragments: _Fragments) -> bool:
    return all(_is_skipped(selection, fragments) for selection in selections)


def _is_skipped(selection: SelectionNode, fragments: _Fragments) -> bool:
    if any(_skips(directive) for directive in selection.directives or ()):
        return True
    if isinstance(selection, InlineFragmentNode):
        return _all_skipped(selection.selection_set.selections, fragments)
    if isinstance(selection, FragmentSpreadNode):
        return _all_skipped(fragments[selection.name.value].selection_set.selections, fragments)
    return False


def _skips(directive: DirectiveNode) -> bool:
    dropped = _SKIPPED.get(directive.name.value)
    values = [argument.value for argument in directive.arguments or ()]
    return any(isinstance(value, BooleanValueNode) and value.value is dropped for value in values)
