"""Work that takes long runs in one thread beside the event loop: a bounded queue, fair to callers, equal work once."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from hanse_router.errors import QueueFull, RouterError

T = TypeVar("T")


class _Job:
    """Work in the queue, and the future of those who wait for it."""

    __slots__ = ("context", "future", "keep", "key", "owner", "waiting", "work")

    def __init__(
        self, key: Hashable, owner: Hashable, work: Callable[[], Any], keep: Callable[[Any], object] | None = None
    ) -> None:
        self.key = key
        self.owner = owner
        self.work = work
        self.keep = keep
        self.context = contextvars.copy_context()
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting = 0


class OffLoop:
    """Runs work of an event loop in one thread. Callers take turns, so that none waits for all the work of another.

    The interpreter lock lets one thread run at a time, so more threads would only take more time from the event loop.
    """

    def __init__(self, max_waiting: int) -> None:
        """`max_waiting` is the maximum number of jobs in the queue."""
        self._max_waiting = max_waiting
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="hanse-off-loop")
        self._jobs: dict[Hashable, _Job] = {}  # running and waiting
        self._queues: OrderedDict[Hashable, deque[_Job]] = OrderedDict()  # by owner, the next one first
        self._waiting = 0
        self._running: _Job | None = None

    @property
    def waiting(self) -> int:
        """The number of jobs in the queue."""
        return self._waiting

    async def run(
        self,
        key: Hashable,
        owner: Hashable,
        work: Callable[[], T],
        keep: Callable[[T], object] | None = None,
    ) -> T:
        """The result of the work, or its exception. Work with the key of work in the queue is not done again.

        `owner` is the caller for whom it is done. `keep` is called on the event loop with the result, before the key is
        free again. Raises QueueFull.
        """
        job = self._jobs.get(key)
        if job is None:
            job = self._add(_Job(key, owner, work, keep))
        job.waiting += 1
        try:
            result: T = await asyncio.shield(job.future)
            return result
        finally:
            job.waiting -= 1
            if not job.waiting:
                self._abandon(job)

    def start(self, work: Callable[[], None], owner: Hashable) -> bool:
        """Do work for which nobody waits, and which raises nothing. Returns False if the queue is full."""
        try:
            self._add(_Job(work, owner, work)).waiting += 1
        except QueueFull:
            return False
        return True

    def close(self) -> None:
        """Stop. Work that has not begun is not done."""
        for queue in self._queues.values():
            for job in queue:
                job.future.cancel()
        self._queues.clear()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _add(self, job: _Job) -> _Job:
        if self._waiting >= self._max_waiting:
            self._make_room(job.owner)
        self._jobs[job.key] = job
        self._queues.setdefault(job.owner, deque()).append(job)
        self._waiting += 1
        self._start_next()
        return job

    def _make_room(self, owner: Hashable) -> None:
        """Refuse the last job of the caller with the fullest queue; the new one, if that is the same caller."""
        fullest = max(self._queues, key=lambda one: len(self._queues[one]))
        if len(self._queues[fullest]) <= len(self._queues.get(owner, ())) + 1:
            raise QueueFull
        job = self._queues[fullest].pop()
        self._forget(job)
        job.future.set_exception(QueueFull())

    def _abandon(self, job: _Job) -> None:
        """Drop a job that nobody waits for, unless it runs or is done."""
        queue = self._queues.get(job.owner)
        if queue is not None and job in queue:
            queue.remove(job)
            self._forget(job)

    def _forget(self, job: _Job) -> None:
        """Remove what the queue knows of a job that has left it."""
        self._waiting -= 1
        del self._jobs[job.key]
        if not self._queues[job.owner]:
            del self._queues[job.owner]

    def _start_next(self) -> None:
        if not self._queues or (self._running is not None and not self._running.future.get_loop().is_closed()):
            return
        owner, queue = self._queues.popitem(last=False)
        job = queue.popleft()
        if queue:
            self._queues[owner] = queue  # behind all others
        self._waiting -= 1
        self._running = job
        loop = job.future.get_loop()
        running = loop.run_in_executor(self._executor, job.context.run, job.work)
        running.add_done_callback(lambda done: self._finished(job, done))

    def _finished(self, job: _Job, done: asyncio.Future[Any]) -> None:
        self._running = None
        del self._jobs[job.key]
        if done.cancelled():
            job.future.cancel()
        elif (error := done.exception()) is not None:
            job.future.set_exception(_bare(error))
            job.future.exception()  # all who waited may have left: asyncio would log it then
        else:
            result = done.result()
            if job.keep is not None:
                job.keep(result)
            job.future.set_result(result)
        with contextlib.suppress(RuntimeError):  # the executor is shut down
            self._start_next()


def _bare(error: BaseException) -> BaseException:
    """A refusal without its traceback, whose frames keep the whole document until garbage is collected."""
    if isinstance(error, RouterError):
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)
    return error
