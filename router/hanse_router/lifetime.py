"""The lifetime of a supergraph in service: connections and subscriptions end with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from enum import Enum
from typing import Any, TypeVar

from hanse_router.errors import Unavailable

T = TypeVar("T")


class Ending(Enum):
    """The reason why connections are closed: WebSocket close code and message."""

    RELOAD = 1012, "The supergraph has changed; connect again"
    SHUTDOWN = 1001, "The router is stopping"


class SupergraphLifetime:
    """The lifetime of one supergraph: its subscriptions end with it."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.why = Ending.SHUTDOWN

    def end(self, why: Ending) -> None:
        """End it."""
        self.why = why
        self.over.set()


async def until_over(events: AsyncGenerator[T, None], lifetime: SupergraphLifetime) -> AsyncGenerator[T, None]:
    """The events until the lifetime ends. Raises Unavailable then. Closes the events."""
    over: asyncio.Future[Any] = asyncio.ensure_future(lifetime.over.wait())
    upcoming: asyncio.Future[T] | None = None
    try:
        while True:
            upcoming = asyncio.ensure_future(anext(events))
            await asyncio.wait({upcoming, over}, return_when=asyncio.FIRST_COMPLETED)
            if not upcoming.done():
                raise Unavailable(f"{lifetime.why.value[1]}.")
            try:
                event = upcoming.result()
            except StopAsyncIteration:
                return
            yield event
    finally:
        unfinished = [future for future in (over, upcoming) if future is not None]
        for future in unfinished:
            future.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await events.aclose()
