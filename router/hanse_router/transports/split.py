"""One way for requests, another for subscriptions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from hanse_router.transports.prompt import prompt
from hanse_router.transports.protocol import SubgraphRequest, Transport


class SplitTransport:
    """Queries and mutations go by `requests`, subscriptions by `events`."""

    def __init__(self, requests: Transport, events: Transport) -> None:
        self._requests = requests
        self._events = events
        self.send: Callable[[SubgraphRequest], Coroutine[Any, Any, bytes]] = requests.send
        self.begin = prompt(requests)
        self.stream: Callable[[SubgraphRequest], AsyncIterator[bytes]] = events.stream

    async def close(self) -> None:
        """See Transport."""
        await self._requests.close()
        await self._events.close()
