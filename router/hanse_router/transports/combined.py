"""A subgraph whose subscriptions are served elsewhere, or over another protocol, than its other operations."""

from __future__ import annotations

from collections.abc import AsyncIterator

from hanse_router.in_flight import Done, InFlight
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport


class CombinedTransport(Transport):
    """Queries and mutations use one transport, subscriptions another one."""

    def __init__(self, requests: Transport, subscriptions: Transport) -> None:
        self._requests = requests
        self._subscriptions = subscriptions

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        return self._requests.start(request, done)

    def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
        return self._subscriptions.stream(request)

    async def close(self) -> None:
        await self._requests.close()
        await self._subscriptions.close()
