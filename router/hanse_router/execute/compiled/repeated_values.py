"""Fields under which the same objects come again and again, such as the author of each of their reviews.

Such a field is decoded, sent on and encoded once for all that are equal to the last byte. That pays only where they are
many, so it is looked at now and then what a response holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from hanse_router.execute.compiled.shape import Shape, Slot
from hanse_router.execute.entities import encode

Shared = frozenset[tuple[str, ...]]  # the fields by the response keys on the way to them

_WORTH_IT = 2048  # bytes that are there already


def repeating(root_shape: Shape, root: Any) -> Shared:
    """The fields of a response of which at least half repeats what is there already."""
    found: set[tuple[str, ...]] = set()

    def look(shape: Shape, objects: Sequence[Any], path: tuple[str, ...]) -> None:
        for slot in shape.visible.values():
            if slot.shape is None:
                continue
            values = [value for one in objects if _is_there(value := getattr(one, slot.attribute))]
            below = (*path, slot.key)
            if may_be_shared(shape, slot):
                texts = [encode(value) for value in values]
                distinct = dict(zip(texts, values, strict=True))
                total, once = sum(map(len, texts)), sum(map(len, distinct))
                if total - once >= max(_WORTH_IT, once):
                    found.add(below)
                    values = list(distinct.values())
            for _ in slot.lists:
                values = [item for value in values for item in value if _is_there(item)]
            if values:
                look(slot.shape, values, below)

    look(root_shape, [root], ())
    return frozenset(found)


def share(root: Shape, shared: Shared) -> None:
    """Mark the fields that are shared."""
    for shape in root.walk():
        for slot in shape.visible.values():
            slot.shared = may_be_shared(shape, slot) and (*_path(shape), slot.key) in shared


def may_be_shared(shape: Shape, slot: Slot) -> bool:
    """Whether a field's objects come with one fetch, whole, and to more than one place."""
    return slot.shape is not None and shape.slot is not None and not shape.abstract and slot.whole


def _path(shape: Shape) -> tuple[str, ...]:
    if shape.slot is None or shape.parent is None:
        return ()
    return (*_path(shape.parent), shape.slot.key)


def _is_there(value: Any) -> bool:
    return value is not None and value is not UNSET
