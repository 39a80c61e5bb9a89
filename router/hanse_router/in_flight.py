"""Work that several ask for at the same time, done once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class InFlight(Generic[Result]):
    """Work under way, by key. Who asks when it has ended begins anew: nothing is remembered."""

    def __init__(self) -> None:
        self._running: dict[Hashable, _Work[Result]] = {}

    async def join(self, key: Hashable, begin: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """The result of the work under this key, begun if nobody has. What it raises, all who wait for it get.

        Who is cancelled leaves the others theirs; when the last one leaves, the work is cancelled.
        """
        work = self._running.get(key)
        if work is None:
            work = self._running[key] = _Work(asyncio.create_task(begin()))
            work.task.add_done_callback(lambda task: self._ended(key, task))
        work.waiting += 1
        try:
            return await asyncio.shield(work.task)
        finally:
            work.waiting -= 1
            if not work.waiting and not work.task.done():
                self._forget(key, work.task)
                work.task.cancel()

    def _ended(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        self._forget(key, task)
        if not task.cancelled():
            task.exception()  # whoever still waits gets it; if nobody does, nobody need hear of it

    def _forget(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        work = self._running.get(key)
        if work is not None and work.task is task:  # and not its successor
            del self._running[key]


class _Work(Generic[Result]):
    __slots__ = ("task", "waiting")

    def __init__(self, task: asyncio.Task[Result]) -> None:
        self.task = task
        self.waiting = 0
