"""Deduplicates identical work that is in flight at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class InFlight(Generic[Result]):
    """Work in flight by key. A caller after its completion starts it again: results are not kept."""

    def __init__(self) -> None:
        self._running: dict[Hashable, _Work[Result]] = {}

    async def join(self, key: Hashable, begin: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """The result of the work under this key; starts it if it is not in flight. All callers get what it raises.

        A cancelled caller does not affect the others. The work is cancelled with its last caller.
        """
        work = self._running.get(key)
        if work is None:
            work = self._running[key] = _Work(asyncio.create_task(begin()))
            work.task.add_done_callback(lambda task: self._completed(key, task))
        work.waiting += 1
        try:
            return await asyncio.shield(work.task)
        finally:
            work.waiting -= 1
            if not work.waiting and not work.task.done():
                self._remove(key, work.task)
                work.task.cancel()

    def _completed(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        self._remove(key, task)
        if not task.cancelled():
            task.exception()  # retrieved here, so that it is not logged when no caller is left

    def _remove(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        work = self._running.get(key)
        if work is not None and work.task is task:  # not a later one under the same key
            del self._running[key]


class _Work(Generic[Result]):
    __slots__ = ("task", "waiting")

    def __init__(self, task: asyncio.Task[Result]) -> None:
        self.task = task
        self.waiting = 0
