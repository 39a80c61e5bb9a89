"""Work that several callers want at the same time, done once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic

from hanse_router.in_flight import Done, InFlight, Result, Start, result_of, start_coroutine


class Deduplicator(Generic[Result]):
    """Work in flight, by key. Nothing is stored: a caller that comes after the work has ended starts it again."""

    def __init__(self) -> None:
        self._shared: dict[Hashable, _Shared[Result]] = {}

    def start(self, key: Hashable, start: Start[Result], done: Done[Result]) -> InFlight:
        """Join the work with this key, or start it. Every caller gets its outcome, a failure included.

        A caller that cancels leaves the work to the others; the last one that cancels cancels the work.
        """
        shared = self._shared.get(key)
        if shared is not None:
            return shared.join(done)
        shared = self._shared[key] = _Shared(self._shared, key)
        waiter = shared.join(done)
        try:
            shared.work = start(shared.ended)
        except BaseException:
            del self._shared[key]
            raise
        return waiter

    async def join(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """The result of the work with this key, which is a coroutine. See `start`."""
        return await result_of(lambda done: self.start(key, lambda ended: start_coroutine(work(), ended), done))

    def __len__(self) -> int:
        return len(self._shared)


class _Shared(Generic[Result]):
    """One piece of work and those who wait for it."""

    __slots__ = ("_all", "_key", "_waiters", "work")

    def __init__(self, all_: dict[Hashable, _Shared[Result]], key: Hashable) -> None:
        self._all = all_
        self._key = key
        self._waiters: dict[_Waiter[Result], None] = {}
        self.work: InFlight | None = None

    def join(self, done: Done[Result]) -> _Waiter[Result]:
        """One more caller."""
        waiter = _Waiter(self, done)
        self._waiters[waiter] = None
        return waiter

    def leave(self, waiter: _Waiter[Result]) -> None:
        """A caller cancels."""
        if waiter not in self._waiters:
            return
        del self._waiters[waiter]
        asyncio.get_running_loop().call_soon(waiter.done, asyncio.CancelledError())
        if not self._waiters and self.work is not None:
            self._forget()
            self.work.cancel()

    def ended(self, outcome: Result | BaseException) -> None:
        """The work has ended."""
        self._forget()
        self.work = None  # which refers to this object: without a cycle the outcome is freed immediately
        waiters, self._waiters = self._waiters, {}
        for waiter in waiters:
            waiter.done(outcome)

    def _forget(self) -> None:
        if self._all.get(self._key) is self:  # and not a later one
            del self._all[self._key]


class _Waiter(Generic[Result]):
    __slots__ = ("_shared", "done")

    def __init__(self, shared: _Shared[Result], done: Done[Result]) -> None:
        self._shared = shared
        self.done = done

    def cancel(self) -> None:
        self._shared.leave(self)
