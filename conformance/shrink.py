"""Shrinks a subgraph set while a condition holds."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence

from graphql import (
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputValueDefinitionNode,
    NamedTypeNode,
    Node,
    StringValueNode,
    parse,
    print_ast,
)

from conformance.generator.ast_edit import Path, edited, walk
from hanse_schema.subgraph.model import SubgraphSource

Sources = tuple[SubgraphSource, ...]
Holds = Callable[[Sources], bool]

# The kinds of nodes to remove, from coarse to fine, one per pass.
_PASSES: tuple[tuple[type[Node], ...], ...] = (
    (DefinitionNode,),
    (FieldDefinitionNode, EnumValueDefinitionNode),
    (DirectiveNode, InputValueDefinitionNode),
    (NamedTypeNode, StringValueNode),
)


def shrink(subgraphs: Sequence[SubgraphSource], holds: Holds, seconds: float = 10.0) -> Sources:
    """A smaller set for which `holds` returns true, found greedily within about `seconds`."""
    deadline = time.monotonic() + seconds
    best = tuple(subgraphs)
    shrinking = True
    while shrinking and time.monotonic() < deadline:
        before = best
        best = _without_subgraphs(best, holds)
        for kinds in _PASSES:
            for index in range(len(best)):
                best = _without_nodes(best, index, kinds, holds, deadline)
        shrinking = best != before
    return best


def _without_subgraphs(subgraphs: Sources, holds: Holds) -> Sources:
    for index in reversed(range(len(subgraphs))):
        fewer = subgraphs[:index] + subgraphs[index + 1 :]
        if fewer and holds(fewer):
            subgraphs = fewer
    return subgraphs


def _without_nodes(
    subgraphs: Sources, index: int, kinds: tuple[type[Node], ...], holds: Holds, deadline: float
) -> Sources:
    try:
        document = parse(subgraphs[index].sdl, no_location=True)
    except GraphQLSyntaxError:
        return subgraphs
    # From last to first: removing a later node does not change the paths of earlier ones.
    for path in reversed([path for path, node in walk(document) if isinstance(node, kinds) and _removable(path)]):
        if time.monotonic() > deadline:
            break
        smaller = _removed(document, path)
        if smaller is None:
            continue
        candidate = dataclasses.replace(subgraphs[index], sdl=print_ast(smaller) + "\n")
        tried = (*subgraphs[:index], candidate, *subgraphs[index + 1 :])
        if holds(tried):
            document, subgraphs = smaller, tried
    return subgraphs


def _removable(path: Path) -> bool:
    """Whether the node can be removed: items of lists, and descriptions."""
    if not path:
        return False
    attribute, index = path[-1]
    return index is not None or attribute == "description"


def _removed(document: DocumentNode, path: Path) -> DocumentNode | None:
    try:
        smaller = edited(document, path, ())
    except (AttributeError, IndexError, TypeError):
        return None
    return smaller if smaller.definitions else None
