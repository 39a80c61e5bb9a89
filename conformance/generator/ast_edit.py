"""Edits of frozen syntax trees: walk them with paths, replace or remove what is at a path."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, TypeVar

from graphql import Node

Path = tuple[tuple[str, int | None], ...]
NodeT = TypeVar("NodeT", bound=Node)


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node below, itself included, each with its path; parents before children."""
    yield path, node
    for attribute in node.keys:
        if attribute == "loc":
            continue
        value = getattr(node, attribute, None)
        if isinstance(value, Node):
            yield from walk(value, (*path, (attribute, None)))
        elif isinstance(value, (tuple, list)):
            for index, item in enumerate(value):
                if isinstance(item, Node):
                    yield from walk(item, (*path, (attribute, index)))


def edited(node: NodeT, path: Path, replacements: tuple[Node, ...]) -> NodeT:
    """The tree with the node at `path` replaced: by none, one or (within a list) several nodes."""
    (attribute, index), rest = path[0], path[1:]
    value: Any = getattr(node, attribute)
    if index is None:
        changed = edited(value, rest, replacements) if rest else (replacements[0] if replacements else None)
    else:
        middle = (edited(value[index], rest, replacements),) if rest else replacements
        changed = (*value[:index], *middle, *value[index + 1 :])
    return dataclasses.replace(node, **{attribute: changed})  # type: ignore[arg-type]
