"""The errors of one response while it is executed: bounded in number and size, and indexed by path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from hanse_router.execute.entities import encode
from hanse_router.execute.errors import (
    LOST_RESULT,
    TOO_MANY_ERRORS,
    Error,
    PathItem,
    ResponsePath,
    carried_error,
    fetch_error,
    value_error,
)
from hanse_router.execute.limits import DEFAULT_LIMITS

MAX_COPIED_BYTES = 1_000_000
"""The size of all copies of errors that subgraphs reported once, for entities at several response paths."""

_HERE: Final = object()  # in the index: a path ends here


class ErrorList:
    """The errors of one response. Those above the limit are replaced by one error that says so."""

    __slots__ = ("_copied", "_index", "_limit", "_listed", "_lost", "_truncated")

    def __init__(self, limit: int = DEFAULT_LIMITS.max_errors) -> None:
        self._limit = limit
        self._listed: list[Error] = []
        self._truncated = False
        self._copied = 0
        self._lost: list[tuple[ResponsePath, str]] = []
        self._index: dict[Any, Any] | None = None  # made when it is needed: few responses have errors

    @property
    def is_full(self) -> bool:
        """Whether no more errors are listed."""
        return len(self._listed) >= self._limit

    def add(self, error: Error) -> None:
        """List an error, or note that there are too many."""
        if self.is_full:
            self._truncated = True
            return
        self._listed.append(error)
        if self._index is not None:
            _add_path(self._index, error.get("path", ()))

    def carry(self, error: dict[str, Any], subgraph: str, paths: Iterable[ResponsePath | None]) -> None:
        """List an error of a subgraph at each of these response paths."""
        size = 0
        for number, path in enumerate(paths):
            if number:
                size = size or len(encode(error))
                self._copied += size
                if self._copied > MAX_COPIED_BYTES:
                    self._truncated = True
            if self.is_full or self._truncated:
                self._truncated = True
                return
            self.add(carried_error(error, subgraph, path))

    def add_null(self, message: str, code: str, path: ResponsePath) -> None:
        """List an error of a null in a non-null field, unless another error explains it."""
        if not self.explains(path):
            self.add(value_error(message, code, path))

    def lose(self, path: ResponsePath, subgraph: str) -> None:
        """Note that the value at a path is null because another root field of its fetch failed."""
        self._lost.append((path, subgraph))
        _add_path(self._indexed(), path)

    def explains(self, path: Sequence[PathItem]) -> bool:
        """Whether an error explains a null at the path: it is there, above or below."""
        node = self._indexed()
        for item in path:
            if _HERE in node:
                return True
            below = node.get(item)
            if below is None:
                return False
            node = below
        return bool(node)

    def listed(self, data: Any = None) -> list[Error]:
        """All errors, in order; also those of lost results that are null in the response's data."""
        for path, subgraph in self._lost:
            if _is_null_at(data, path):
                text = "The result of this field is lost, since another field of the same request failed."
                self.add(fetch_error(text, LOST_RESULT, subgraph, path))
        self._lost = []
        if self._truncated:
            text = f"There are more errors than are listed; a response lists at most {self._limit} (limits.max_errors)."
            return [*self._listed, {"message": text, "extensions": {"code": TOO_MANY_ERRORS}}]
        return self._listed

    def __bool__(self) -> bool:
        return bool(self._listed or self._truncated or self._lost)

    def _indexed(self) -> dict[Any, Any]:
        if self._index is None:
            self._index = {}
            for error in self._listed:
                _add_path(self._index, error.get("path", ()))
        return self._index


def _add_path(index: dict[Any, Any], path: Iterable[PathItem]) -> None:
    for item in path:
        index = index.setdefault(item, {})
    index[_HERE] = True


def _is_null_at(data: Any, path: Sequence[PathItem]) -> bool:
    """Whether data has null at the path, and not above it."""
    for item in path:
        if not isinstance(data, dict) or item not in data:
            return False
        data = data[item]
    return data is None
