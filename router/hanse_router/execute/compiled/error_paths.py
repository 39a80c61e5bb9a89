"""Where in the response the objects of the fast path stand: only errors ask this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET

from hanse_router.execute.compiled.layout import RouteStep, Target
from hanse_router.execute.errors import ResponsePath


def whereabouts(root: Any, targets: Iterable[Target]) -> dict[int, list[ResponsePath]]:
    """The places at which the objects of a group's targets stand, by the identity of the object."""
    found: dict[int, dict[ResponsePath, None]] = {}
    for target in targets:
        for node, place in _located(root, target.route):
            found.setdefault(id(node), {})[place] = None
    return {one: list(places) for one, places in found.items()}


def _located(root: Any, route: Sequence[RouteStep]) -> list[tuple[Any, ResponsePath]]:
    nodes: list[tuple[Any, ResponsePath]] = [(root, ())]
    for step in route:
        slot = step.slot
        found = [(getattr(node, slot.attribute), (*place, slot.key)) for node, place in nodes]
        for _ in slot.lists:
            lists = [(value, place) for value, place in found if value is not None and value is not UNSET]
            found = [(item, (*place, index)) for value, place in lists for index, item in enumerate(value)]
        nodes = [(node, place) for node, place in found if node is not None and node is not UNSET]
        types = step.types
        typename = slot.shape.find("__typename") if slot.shape is not None and slot.shape.abstract else None
        if types is not None and typename is not None:
            nodes = [(node, place) for node, place in nodes if getattr(node, typename.attribute) in types]
    return nodes
