"""The process of a subgraph, as its parent sees it.

Processes are forked from one that has imported the kit and its libraries, where they are installed (multiprocessing's
"forkserver"), so that a start imports only the subgraph's own modules.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection, wait
from socket import socket
from typing import TYPE_CHECKING, Any

from hanse.dev.tasks import ChildTask

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

PRELOADED = ["hanse.dev.ignore_interrupt", "hanse.dev.child", "hanse.dev.kit"]
STOP_SECONDS = 10.0  # from SIGTERM to SIGKILL
OUTPUT_SECONDS = 1.0  # for the last lines of a process that has ended

log = logging.getLogger(__name__)

_starting = threading.Lock()  # multiprocessing looks after ended processes when it starts one


@dataclass(frozen=True, slots=True)
class Started:
    """How a start ended: with the SDL of a process that serves, or why it does not, if that is known."""

    sdl: str | None = None
    error: str = ""


class Child:
    """A process that serves a subgraph on a listening socket."""

    def __init__(self, task: ChildTask, listener: socket, on_line: Callable[[str], None]) -> None:
        """`on_line` gets each line that the process prints."""
        self._task = task
        self._listener = listener
        self._on_line = on_line
        self._process: ForkServerProcess | None = None
        self._loop = asyncio.get_running_loop()
        self._forked: asyncio.Future[None] | None = None
        self._started: asyncio.Future[Started] = self._loop.create_future()
        self._ended = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return None if self._process is None else self._process.pid

    async def start(self) -> Started:
        """Start it, and wait until it serves or has failed."""
        self._forked = asyncio.ensure_future(asyncio.to_thread(self._start))
        await asyncio.shield(self._forked)
        return await asyncio.shield(self._started)

    async def ended(self) -> int | None:
        """Wait until it has ended. Returns its exit code."""
        await self._ended.wait()
        return None if self._process is None else self._process.exitcode

    async def stop(self) -> None:
        """End it: gracefully, or after 10 s in any case."""
        if self._forked is not None:
            await asyncio.wait({self._forked})  # also one that is cancelled while it starts has a process soon
        if self._process is None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            self._process.kill()
            await self._ended.wait()

    def _start(self) -> None:
        ready, sends_ready = multiprocessing.Pipe(duplex=False)
        output, writes_output = multiprocessing.Pipe(duplex=False)
        process = _context().Process(
            target=_run, args=(self._task, self._listener, sends_ready, writes_output), name=self._task.name
        )
        try:
            with _starting:
                process.start()
        except (EOFError, OSError):  # the process that is forked has ended, or there is no room for another
            log.exception("no process can be started for the subgraph %s", self._task.name)
            self._call(self._started.set_result, Started())
            self._call(self._ended.set)
            return
        finally:
            sends_ready.close()
            writes_output.close()
        self._process = process
        threading.Thread(target=self._follow, args=(process, ready, output), daemon=True).start()

    def _follow(self, process: ForkServerProcess, ready: Connection, output: Connection) -> None:
        """Report what the process does until it has ended. Runs in a thread of its own."""
        lines = threading.Thread(target=self._read_lines, args=(output,), daemon=True)
        lines.start()
        with contextlib.closing(ready):
            try:
                started = ready.recv()
            except (EOFError, OSError):
                started = Started()
        if started.sdl is not None:
            self._call(self._started.set_result, started)
        wait([process.sentinel])
        lines.join(OUTPUT_SECONDS)
        with _starting:
            process.join()
        if started.sdl is None:
            self._call(self._started.set_result, started)
        self._call(self._ended.set)

    def _read_lines(self, output: Connection) -> None:
        with contextlib.closing(output), open(output.fileno(), errors="replace", closefd=False) as file:
            for line in file:
                self._call(self._on_line, line.rstrip("\n"))

    def _call(self, function: Callable[..., object], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nothing is left to report to
            self._loop.call_soon_threadsafe(function, *arguments)


@cache
def _context() -> ForkServerContext:
    """How processes start. It is made with the first one: Windows has none."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _run(task: ChildTask, listener: socket, ready: Connection, output: Connection) -> None:
    from hanse.dev.child import run_child  # in the process itself

    run_child(task, listener, ready, output)
