"""Threads that serve many callers in turn, so that one with much work does not hold up the others."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class QueueFull(Exception):
    """A caller, or all callers together, have more work waiting than is allowed."""


class FairThreads:
    """Runs work on a few threads. Callers take turns, each with a bounded queue of its own."""

    def __init__(self, threads: int, *, per_caller: int, total: int) -> None:
        """`per_caller` and `total` are the maximum numbers of waiting pieces of work."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._idle = threads
        self._per_caller = per_caller
        self._total = total
        self._waiting = 0
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()  # whose turn is next first

    async def run(self, caller: str, work: Callable[..., Result], *arguments: object) -> Result:
        """The result of the work. Raises QueueFull."""
        await self._turn(caller)
        loop = asyncio.get_running_loop()
        running = self._threads.submit(work, *arguments)

        def ended(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._next)

        running.add_done_callback(ended)  # a thread is busy until then, also where nobody waits for it any longer
        return await asyncio.wrap_future(running)

    async def _turn(self, caller: str) -> None:
        if self._idle:
            self._idle -= 1
            return
        queue = self._queues.get(caller, deque())
        if len(queue) >= self._per_caller or self._waiting >= self._total:
            raise QueueFull
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self._queues[caller] = queue
        self._waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn in queue:
                self._remove(caller, turn)
            else:
                self._next()  # the turn came at the same time
            raise

    def _next(self) -> None:
        """Give a free thread to the caller whose turn it is."""
        while self._queues:
            caller, queue = next(iter(self._queues.items()))
            turn = queue[0]
            self._queues.move_to_end(caller)
            self._remove(caller, turn)
            if not turn.done():
                turn.set_result(None)
                return
        self._idle += 1

    def _remove(self, caller: str, turn: asyncio.Future[None]) -> None:
        queue = self._queues[caller]
        queue.remove(turn)
        self._waiting -= 1
        if not queue:
            del self._queues[caller]
