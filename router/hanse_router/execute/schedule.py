"""Runs each step as soon as the steps that it waits for are completed. A chain of steps runs in one task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hanse_router.execute.steps import Step

Perform = Callable[[int], Awaitable[None]]


async def run_steps(steps: Sequence[Step], unblocks: Sequence[Sequence[int]], perform: Perform) -> None:
    """Perform every step. An exception or a cancellation of one cancels the others and is raised.

    `unblocks` has for each step the indices of the steps that wait for it.
    """
    if len(steps) <= 1:
        if steps:
            await perform(0)
        return
    schedule = _Schedule(steps, unblocks, perform)
    ready = [index for index, step in enumerate(steps) if not step.waits_for]
    if len(ready) == 1 and all(len(freed) <= 1 for freed in unblocks):
        await schedule.chain(ready[0])
    else:
        await schedule.run(ready)


class _Schedule:
    """One execution of the steps."""

    def __init__(self, steps: Sequence[Step], unblocks: Sequence[Sequence[int]], perform: Perform) -> None:
        self._unblocks = unblocks
        self._perform = perform
        self._waiting = [len(step.waits_for) for step in steps]
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._completed: asyncio.Future[None] = self._loop.create_future()

    async def run(self, ready: Sequence[int]) -> None:
        """Start the steps that wait for no other, and wait for all."""
        for index in ready:
            self._start(index)
        try:
            await self._completed
        finally:
            for task in list(self._tasks):
                task.cancel()
            if self._tasks:
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def chain(self, index: int) -> None:
        """Perform a step, then the first that it unblocks; others get tasks of their own."""
        following: int | None = index
        while following is not None:
            await self._perform(following)
            freed = [step for step in self._unblocks[following] if self._is_freed(step)]
            following = freed[0] if freed else None
            for step in freed[1:]:
                self._start(step)

    def _is_freed(self, step: int) -> bool:
        """Note that one of the steps that a step waits for is completed; whether it was the last."""
        self._waiting[step] -= 1
        return not self._waiting[step]

    def _start(self, index: int) -> None:
        task = self._loop.create_task(self.chain(index))
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if self._completed.done():
            return
        if task.cancelled():
            self._completed.cancel()
        elif error is not None:
            self._completed.set_exception(error)
        elif not self._tasks:
            self._completed.set_result(None)
