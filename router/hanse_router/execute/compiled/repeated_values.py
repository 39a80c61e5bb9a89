"""Finds fields whose values repeat, such as the author of each of their reviews.

Values of such a field that are equal to the byte are decoded, sent on and encoded once. That pays only if there are
many, so one response out of many is searched for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from hanse_router.execute.compiled.layout import ObjectLayout, Repeated
from hanse_router.execute.entities import encode

_MIN_REPEATED = 2048  # bytes


def repeated_fields(layout: ObjectLayout, root: Any) -> Repeated:
    """The fields of a response whose values, encoded, are repetitions for at least a half."""
    found: set[tuple[str, ...]] = set()

    def search(layout: ObjectLayout, objects: Sequence[Any]) -> None:
        for field in layout.selected():
            if field.below is None:
                continue
            values = [value for one in objects if _is_set(value := getattr(one, field.attribute))]
            if field.can_repeat:
                texts = [encode(value) for value in values]
                distinct = dict(zip(texts, values, strict=True))
                total, once = sum(map(len, texts)), sum(map(len, distinct))
                if total - once >= max(_MIN_REPEATED, once):
                    found.add((*layout.path, field.key))
                    values = list(distinct.values())
            for _ in field.lists:
                values = [item for value in values for item in value if _is_set(item)]
            if values:
                search(field.below, values)

    search(layout, [root])
    return frozenset(found)


def _is_set(value: Any) -> bool:
    return value is not None and value is not UNSET
