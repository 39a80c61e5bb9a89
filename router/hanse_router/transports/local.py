"""A subgraph in this very process, called without a network: same bytes, same protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Protocol

from hanse_router.transports.errors import SubgraphTimeout, SubgraphUnreachable, TransportError
from hanse_router.transports.options import DEFAULT_OPTIONS, TransportOptions
from hanse_router.transports.protocol import FileAt, SubgraphRequest
from hanse_router.transports.replies import checked_reply


class LocalEndpoint(Protocol):
    """What a subgraph in this process offers."""

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """The HTTP status and the body of the reply to an encoded GraphQL request; `files` stand in its variables."""
        ...

    def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The events of a subscription, each a GraphQL response as JSON, as they happen."""
        ...


class LocalTransport:
    """Transport over a LocalEndpoint. The endpoint's own end is not this transport's to bring about."""

    def __init__(self, endpoint: LocalEndpoint, options: TransportOptions = DEFAULT_OPTIONS) -> None:
        self._endpoint = endpoint
        self._timeout = options.timeout

    async def send(self, request: SubgraphRequest) -> bytes:
        """See Transport. What the endpoint raises is its own fault and reaches no client."""
        try:
            async with asyncio.timeout(self._timeout):
                status, body = await self._endpoint.handle(request.body, request.headers, request.files)
        except TimeoutError:
            raise SubgraphTimeout() from None
        except Exception as error:
            raise SubgraphUnreachable("The subgraph failed.") from error
        return checked_reply(status, body)

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """See Transport."""
        events = self._endpoint.stream(request.body, request.headers)
        try:
            async with aclosing(events):  # type: ignore[type-var]
                async for event in events:
                    yield event
        except TransportError:
            raise
        except Exception as error:
            raise SubgraphUnreachable("The subgraph's subscription failed.") from error

    async def close(self) -> None:
        """Nothing is held open."""
