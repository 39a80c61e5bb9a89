"""Work whose outcome is reported by a call: it spares coroutines and futures, which cost more than sending a request.

Rules for every function that starts such work and takes a `done`:

- `done` is called exactly once with the outcome, also after `cancel` (then mostly with CancelledError);
- never before the function, or `cancel`, has returned;
- `done` does not raise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeAlias, TypeVar

Result = TypeVar("Result")

Done: TypeAlias = Callable[[Result | BaseException], None]


class InFlight(Protocol):
    """Work that was started."""

    def cancel(self) -> object:
        """Cancel it. Does nothing once it has ended."""
        ...


Start: TypeAlias = Callable[[Done[Result]], InFlight]


def start_coroutine(coroutine: Coroutine[Any, Any, Result], done: Done[Result]) -> InFlight:
    """Run a coroutine in a task of its own."""

    def ended(task: asyncio.Task[Result]) -> None:
        if task.cancelled():
            done(asyncio.CancelledError())
        else:
            error = task.exception()
            done(task.result() if error is None else error)

    task = asyncio.get_running_loop().create_task(coroutine)
    task.add_done_callback(ended)
    return task


def start_failed(error: BaseException, done: Done[Any]) -> InFlight:
    """Work that fails with this error without having been tried."""
    asyncio.get_running_loop().call_soon(done, error)
    return _ENDING


async def result_of(start: Start[Result]) -> Result:
    """Start work and wait for its result. Raises what it failed with; cancels it when this is cancelled."""
    result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    def done(outcome: Result | BaseException) -> None:
        if result.done():
            return
        if isinstance(outcome, asyncio.CancelledError):
            result.cancel()
        elif isinstance(outcome, BaseException):
            result.set_exception(outcome)
        else:
            result.set_result(outcome)

    in_flight = start(done)
    try:
        return await result
    except asyncio.CancelledError:
        in_flight.cancel()
        raise


class _Ending:
    """Work whose outcome is known and will be reported."""

    def cancel(self) -> None:
        pass


_ENDING = _Ending()
