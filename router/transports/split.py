"""One way for requests, another for subscriptions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from router.transports.base import SubgraphRequest, Transport


class SplitTransport:
    """Queries and mutations go by `requests`, subscriptions by `events`."""

    def __init__(self, requests: Transport, events: Transport) -> None:
        self._requests = requests
        self._events = events

    async def send(self, request: SubgraphRequest) -> bytes:
        """See Transport."""
        return await self._requests.send(request)

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """See Transport."""
        async with aclosing(self._events.stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    async def close(self) -> None:
        """See Transport."""
        await self._requests.close()
        await self._events.close()
