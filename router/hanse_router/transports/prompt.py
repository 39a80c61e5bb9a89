"""Requests sent at once and answered by a call: what spares a fetch the coroutines and futures of `send`.

These cost more than the sending itself. A transport may have a `begin` beside its `send`; layers around it pass it on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from hanse_router.transports.protocol import SubgraphRequest, Transport

Outcome = bytes | BaseException
Done = Callable[[Outcome], None]
"""Is told once what became of a request: the reply, or what `send` would have raised. It raises nothing itself."""


class UnderWay(Protocol):
    """A request that was sent and is not answered yet."""

    def cancel(self) -> object:
        """Give it up. What is told after that tells nothing."""
        ...


Begin = Callable[[SubgraphRequest, Done], UnderWay | None]
"""Sends a request where nothing has to be waited for before; None where only `send` can do it.

`done` is called later, never within.
"""


def prompt(transport: Transport) -> Begin | None:
    """The `begin` of a transport that has one."""
    return getattr(transport, "begin", None)


def sent(sending: Coroutine[Any, Any, bytes], done: Done) -> UnderWay:
    """A `send` that runs by itself."""

    def ended(task: asyncio.Task[bytes]) -> None:
        if task.cancelled():
            done(asyncio.CancelledError())
        else:
            done(task.exception() or task.result())

    task = asyncio.get_running_loop().create_task(sending)
    task.add_done_callback(ended)
    return task
