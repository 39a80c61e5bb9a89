"""Replies written into the response tree: by reference, under response keys, without losing what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from hanse_router.execute.errors import PathItem
from hanse_router.query_plan import FieldSelection, InlineFragment, Selection

Object = dict[str, Any]


@dataclass(slots=True)
class ReplyKeys:
    """How the keys of a reply become response keys, at one level and below."""

    renamed: dict[str, str] = field(default_factory=dict)
    below: dict[str, ReplyKeys] = field(default_factory=dict)  # by the reply's key
    differs: bool = False  # anything renamed, here or below

    def rename(self, value: Any) -> None:
        """Bring a reply's objects to response keys, in place."""
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
                kept = list(value.items())
                value.clear()
                for key, item in kept:  # one object may have a field under several keys, each with other parts of it
                    merge(value, {self.renamed.get(key) or key: item}, ())

    def path(self, path: Iterable[Any]) -> tuple[PathItem, ...] | None:
        """A path of a subgraph's error by response keys; None where it is none."""
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
    """The keys of what the selections bring."""
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
    """Write `source` into `target`; nested objects are taken over by reference where there is none yet.

    A `__typename` gives way only to that of an object type: subgraphs with an interface object know no more than the
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
    """The same for two lists of one field, item by item."""
    for index, value in enumerate(source[: len(target)]):
        known = target[index]
        if known is None:
            target[index] = value
        elif known is value or value is None:
            continue
        elif isinstance(known, dict) and isinstance(value, dict):
            merge(known, value, object_types)
        elif isinstance(known, list) and isinstance(value, list):
            merge_lists(known, value, object_types)


def copied(value: Any) -> Any:
    """A reply's objects anew, for a place where other things may be written beside them."""
    if isinstance(value, dict):
        return {key: copied(item) if isinstance(item, dict | list) else item for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) if isinstance(item, dict | list) else item for item in value]
    return value
