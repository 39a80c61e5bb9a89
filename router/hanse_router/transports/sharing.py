"""Requests that are the same to the last byte, and under way at the same time, sent once: around any transport."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping

from hanse_router.in_flight import InFlight
from hanse_router.operation_kind import OperationKind
from hanse_router.transports.protocol import SubgraphRequest, Transport

_TRACING = frozenset({"traceparent", "tracestate"})  # new for each request, and no matter to the answer


class SharingTransport:
    """Sends a query once for all who ask it at the same time with the same headers, their identity among them.

    Mutations, subscriptions and requests with files are never shared.
    """

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._in_flight: InFlight[bytes] = InFlight()

    async def send(self, request: SubgraphRequest) -> bytes:
        """See Transport."""
        if request.kind is not OperationKind.QUERY or request.files:
            return await self._inner.send(request)
        key = (request.body, seen_of(request.headers))
        return await self._in_flight.join(key, lambda: self._inner.send(request))

    def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """See Transport."""
        return self._inner.stream(request)

    async def close(self) -> None:
        """See Transport."""
        await self._inner.close()


def seen_of(headers: Mapping[str, str]) -> Hashable:
    """All that a subgraph could make its answer depend on."""
    return frozenset(item for item in headers.items() if item[0] not in _TRACING)
