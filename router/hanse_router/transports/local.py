"""A subgraph in the same process, called without a network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Protocol

from hanse_router.transports.errors import ResponseTooLarge, SubgraphTimeout, SubgraphUnreachable, TransportError
from hanse_router.transports.options import DEFAULT_OPTIONS, TransportOptions
from hanse_router.transports.protocol import CoroutineTransport, FileAt, Reply, SubgraphRequest
from hanse_router.transports.replies import checked_reply


class LocalEndpoint(Protocol):
    """A subgraph in this process."""

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """The HTTP status and the body of the response to an encoded GraphQL request; `files` are in its variables."""
        ...

    def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The events of a subscription, each a GraphQL response as JSON."""
        ...


class LocalTransport(CoroutineTransport):
    """Transport over a LocalEndpoint. It does not close the endpoint; no client sees what the endpoint raises."""

    def __init__(self, endpoint: LocalEndpoint, options: TransportOptions = DEFAULT_OPTIONS) -> None:
        self._endpoint = endpoint
        self._timeout = options.timeout
        self._max_bytes = options.max_response_bytes

    async def send(self, request: SubgraphRequest) -> Reply:
        try:
            async with asyncio.timeout(self._timeout):
                status, body = await self._endpoint.handle(request.body, request.headers, request.files)
        except TimeoutError:
            raise SubgraphTimeout() from None
        except TransportError:
            raise
        except Exception as error:
            raise SubgraphUnreachable("The subgraph failed.") from error
        if len(body) > self._max_bytes:
            raise ResponseTooLarge(self._max_bytes)
        return checked_reply(status, body)

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
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
        pass  # it has no connection
