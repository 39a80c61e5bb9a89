"""Merges replies into the response tree: by reference, under response keys, keeping what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanse_router.execute.errors import PathItem
from hanse_router.query_plan import FieldSelection, InlineFragment, Selection

Object = dict[str, Any]

_MAX_PATH = 500  # items: more than the path of any field that an operation can have


@dataclass(slots=True)
class ReplyKeys:
    """Maps the keys of a reply to response keys, at one level and below."""

    renamed: dict[str, str] = field(default_factory=dict)
    below: dict[str, ReplyKeys] = field(default_factory=dict)  # by the reply's key
    differs: bool = False  # anything renamed, here or below

    def rename(self, value: Any) -> None:
        """Rename the keys of a reply's objects to response keys, in place."""
        if not self.differs:
            return
        if isinstance(value, list):
            for item in value:
                self.rename(item)
        elif isinstance(value, dict):
            for key, keys in self.below.items():
                if keys.differs and key in value:
                    keys.rename(value[key])
            if any(key in self.renamed for key in value):
                items = list(value.items())
                value.clear()
                for key, item in items:  # an object may have one field under several keys, with different subfields
                    merge(value, {self.renamed.get(key) or key: item}, ())

    def path(self, path: Sequence[Any]) -> tuple[PathItem, ...] | None:
        """The path of a subgraph's error in response keys; None if it is not a path."""
        if len(path) > _MAX_PATH:
            return None
        keys: ReplyKeys | None = self
        found: list[PathItem] = []
        for item in path:
            if isinstance(item, str):
                found.append(keys.renamed.get(item, item) if keys else item)
                keys = keys.below.get(item) if keys else None
            elif isinstance(item, int) and not isinstance(item, bool):
                found.append(item)
            else:
                return None
        return tuple(found)


def reply_keys(selections: Iterable[Selection]) -> ReplyKeys:
    """The keys of the reply to these selections."""
    keys = ReplyKeys()
    _gather(keys, selections)
    _mark(keys)
    return keys


def _gather(keys: ReplyKeys, selections: Iterable[Selection]) -> None:
    for selection in selections:
        if isinstance(selection, InlineFragment):
            _gather(keys, selection.selections)
            continue
        assert isinstance(selection, FieldSelection)
        if selection.alias != selection.response_key:
            keys.renamed[selection.alias] = selection.response_key
        if selection.selections:
            _gather(keys.below.setdefault(selection.alias, ReplyKeys()), selection.selections)


def _mark(keys: ReplyKeys) -> bool:
    below = [_mark(child) for child in keys.below.values()]
    keys.differs = bool(keys.renamed) or any(below)
    return keys.differs


def merge(target: Object, source: Object, object_types: Collection[str]) -> None:
    """Write `source` into `target`. Nested objects that `target` lacks are taken by reference.

    A `__typename` is replaced only by that of an object type, since a subgraph with an interface object knows only the
    interface's name.
    """
    for key, value in source.items():
        known = target.get(key)
        if known is None:
            target[key] = value
        elif known is value or value is None:
            continue
        elif key == "__typename":
            if not _names(known, object_types) and _names(value, object_types):
                target[key] = value
        elif isinstance(known, dict) and isinstance(value, dict):
            merge(known, value, object_types)
        elif isinstance(known, list) and isinstance(value, list):
            merge_lists(known, value, object_types)
        else:
            target[key] = value


def _names(value: Any, types: Collection[str]) -> bool:
    return isinstance(value, str) and value in types


def merge_lists(target: list[Any], source: list[Any], object_types: Collection[str]) -> None:
    """Merge two lists of one field item by item."""
    for index, (known, value) in enumerate(zip(target, source, strict=False)):
        if known is None:
            target[index] = value
        elif known is value or value is None:
            continue
        elif isinstance(known, dict) and isinstance(value, dict):
            merge(known, value, object_types)
        elif isinstance(known, list) and isinstance(value, list):
            merge_lists(known, value, object_types)


def copied(value: Any) -> Any:
    """A deep copy of a reply's objects, for a response path where other fields may be written into them."""
    if isinstance(value, dict):
        return {key: copied(item) if isinstance(item, dict | list) else item for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) if isinstance(item, dict | list) else item for item in value]
    return value
