"""The response paths of objects on the fast path. Only errors need them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from msgspec import UNSET

from hanse_router.execute.compiled.layout import ObjectPath, TargetLayout
from hanse_router.execute.entities import MAX_LOCATED
from hanse_router.execute.errors import LinkedPath


def response_paths(root: Any, targets: Iterable[TargetLayout]) -> dict[int, list[LinkedPath]]:
    """The response paths of the objects of a group's targets, by the object's id().

    Of more than MAX_LOCATED objects at a path only the first are located.
    """
    found: dict[int, list[LinkedPath]] = {}
    for target in targets:
        for node, path in _located(root, target.path):
            found.setdefault(id(node), []).append(path)
    return found


def _located(root: Any, object_path: ObjectPath) -> list[tuple[Any, LinkedPath]]:
    nodes: list[tuple[Any, LinkedPath]] = [(root, ())]
    for step in object_path:
        field = step.field
        found: list[tuple[Any, LinkedPath]] = [
            (getattr(node, field.attribute), (path, field.key)) for node, path in nodes
        ]
        for _ in field.lists:
            lists = ((value, path) for value, path in found if value is not None and value is not UNSET)
            items: Iterable[tuple[Any, LinkedPath]] = (
                (item, (path, index)) for value, path in lists for index, item in enumerate(value)
            )
            found = list(islice(items, MAX_LOCATED))
        nodes = [(node, path) for node, path in found if node is not None and node is not UNSET]
        typename = field.below.fields.get("__typename") if field.below is not None and field.below.abstract else None
        if step.types is not None and typename is not None:
            nodes = [(node, path) for node, path in nodes if getattr(node, typename.attribute) in step.types]
    return nodes
