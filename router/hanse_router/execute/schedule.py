"""Runs each step as soon as the steps that it waits for are completed. A chain of steps runs in one task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hanse_router.execute.steps import Step


async def run_steps(
    steps: Sequence[Step], unblocks: Sequence[Sequence[int]], perform: Callable[[int], Awaitable[None]]
) -> None:
    """Perform every step. An exception or a cancellation of one cancels the others and is raised."""
    if len(steps) <= 1:
        if steps:
            await perform(0)
        return
    waiting = [len(step.waits_for) for step in steps]
    tasks: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    async def chain(index: int) -> None:
        """Perform a step, then the first that it unblocks; others get tasks of their own."""
        following: int | None = index
        while following is not None:
            await perform(following)
            done, following = following, None
            for freed in unblocks[done]:
                waiting[freed] -= 1
                if not waiting[freed]:
                    if following is None:
                        following = freed
                    else:
                        start(freed)

    def start(index: int) -> None:
        task = loop.create_task(chain(index))
        tasks.add(task)
        task.add_done_callback(finished)

    def finished(task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if ended.done():
            return
        if task.cancelled():
            ended.cancel()
        elif error is not None:
            ended.set_exception(error)
        elif not tasks:
            ended.set_result(None)

    ready = [index for index, count in enumerate(waiting) if not count]
    if len(ready) == 1 and all(len(freed) <= 1 for freed in unblocks):
        await chain(ready[0])
        return
    for index in ready:
        start(index)
    try:
        await ended
    finally:
        for task in list(tasks):
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)
