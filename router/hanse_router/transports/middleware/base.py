"""What every middleware has: the transport inside, and what it may know of the subgraph."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias

from hanse_router.telemetry.fetch_tracing import FetchTracing
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports.options import DEFAULT_OPTIONS, TransportOptions
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport


@dataclass(frozen=True, slots=True)
class Context:
    """The subgraph that a transport reaches, its options, and where requests are recorded (None: nowhere)."""

    subgraph: str
    options: TransportOptions = DEFAULT_OPTIONS
    metrics: Metrics | None = None
    tracing: FetchTracing | None = None


Middleware: TypeAlias = Callable[[Transport, Context], Transport]
"""Puts a transport around another one, or returns it as it is where the options do not want it."""


class Wrapper(Transport):
    """Base of transports around another one: subscriptions pass through."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
        return self._inner.stream(request)

    async def close(self) -> None:
        await self._inner.close()
