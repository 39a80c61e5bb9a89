"""Subgraphs over HTTP with TLS, proxies, redirects, file uploads and event streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp

from hanse_router.transports.errors import (
    MalformedResponse,
    ResponseTooLarge,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
    TooManySubscriptions,
    TransportError,
)
from hanse_router.transports.event_stream import multipart_events, server_sent_events
from hanse_router.transports.multipart_request import MultipartRequest
from hanse_router.transports.options import TransportOptions
from hanse_router.transports.protocol import CoroutineTransport, Reply, SubgraphRequest
from hanse_router.transports.redirects import MAX_REDIRECTS, STATUSES, is_same_host, target
from hanse_router.transports.replies import checked_reply, decompressed
from hanse_router.transports.tls import tls_failure

_ACCEPT = "application/graphql-response+json, application/json"
_ACCEPT_EVENTS = 'text/event-stream, multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json'
_UNCOMPRESSED = {"accept-encoding": "identity"}


class AiohttpTransport(CoroutineTransport):
    """Transport over `http://` and `https://`; subscriptions as server-sent events or multipart.

    A subscription whose response is a plain GraphQL response has that as its only event."""

    def __init__(self, url: str, options: TransportOptions) -> None:
        self._url = url
        self._options = options
        self._session: aiohttp.ClientSession | None = None  # for requests
        self._streams: aiohttp.ClientSession | None = None  # for subscriptions, which keep their connections
        self._subscriptions = 0

    async def send(self, request: SubgraphRequest) -> Reply:
        options = self._options
        compression = {"accept-encoding": "gzip, deflate"} if options.compressed else _UNCOMPRESSED
        within = aiohttp.ClientTimeout(total=options.timeout, sock_connect=options.connect_timeout)
        if self._session is None:  # created late: a session belongs to a running event loop
            self._session = self._open_session(options.max_connections)
        try:
            async with self._response(self._session, request, {"accept": _ACCEPT, **compression}, within) as reply:
                return await self._read(reply)
        except TimeoutError:
            raise SubgraphTimeout() from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _failure(error) from None

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
        options = self._options
        if self._subscriptions >= options.max_subscriptions:
            raise TooManySubscriptions(options.max_subscriptions)
        own = {"accept": _ACCEPT_EVENTS, **_UNCOMPRESSED}
        within = aiohttp.ClientTimeout(total=None, sock_connect=options.connect_timeout)
        if self._streams is None:
            self._streams = self._open_session(0)  # no limit of its own
        self._subscriptions += 1
        try:
            async with self._response(self._streams, request, own, within) as reply:
                async for event in self._events(reply):
                    yield event
        except TimeoutError:
            raise SubgraphTimeout("The subgraph did not start the subscription in time.") from None
        except (aiohttp.ClientError, OSError) as error:
            interrupted = SubgraphUnreachable("The subgraph's event stream was interrupted.")
            raise tls_failure(error) or interrupted from None
        finally:
            self._subscriptions -= 1

    async def close(self) -> None:
        for session in (self._session, self._streams):
            if session is not None:
                await session.close()
        self._session = self._streams = None

    async def _events(self, reply: aiohttp.ClientResponse) -> AsyncGenerator[Reply, None]:
        limit = self._options.max_response_bytes
        if reply.status < 300 and reply.content_type == "text/event-stream":
            async for event in server_sent_events(reply.content.iter_any(), limit):
                yield event
        elif reply.status < 300 and reply.content_type == "multipart/mixed":
            boundary = _boundary(reply.headers.get("content-type", ""))
            async for event in multipart_events(reply.content.iter_any(), boundary, limit):
                yield event
        else:
            yield await self._read(reply)

    async def _read(self, reply: aiohttp.ClientResponse) -> Reply:
        """The body of a response. Raises TransportError where it is no GraphQL response."""
        limit = self._options.max_response_bytes
        parts: list[bytes] = []
        size = 0
        async for chunk in reply.content.iter_any():
            size += len(chunk)
            if size > limit:
                raise ResponseTooLarge(limit)
            parts.append(chunk)
        encoding = reply.headers.get("content-encoding", "").strip().lower()
        return checked_reply(reply.status, await decompressed(b"".join(parts), encoding, limit))

    @asynccontextmanager
    async def _response(
        self,
        session: aiohttp.ClientSession,
        request: SubgraphRequest,
        own: Mapping[str, str],
        within: aiohttp.ClientTimeout,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The response after redirects. `own` headers are sent to every host, those of the request to the first one."""
        form = MultipartRequest(request) if request.files else None
        own = {**own, **(form.headers if form else {"content-type": "application/json"})}
        method, url, headers = "POST", self._url, {**own, **request.all_headers()}
        body: bytes | AsyncIterator[bytes] | None = form.chunks() if form else request.body
        for _ in range(MAX_REDIRECTS + 1):
            async with asyncio.timeout(self._options.timeout):  # a subscription has a deadline for its start only
                reply = await session.request(
                    method,
                    url,
                    data=body,
                    headers=headers,
                    timeout=within,
                    proxy=self._options.proxy,
                    allow_redirects=False,
                )
            async with reply:
                location = reply.headers.get("location")
                if reply.status not in STATUSES or location is None or form is not None:  # a form is not sent twice
                    yield reply
                    return
                url = target(url, location, self._options.redirects)
                if not is_same_host(self._url, url):
                    headers = dict(own)
                if reply.status not in (307, 308):
                    method, body = "GET", None
        raise SubgraphHttpError("The subgraph redirects too many times.")

    def _open_session(self, connections: int) -> aiohttp.ClientSession:
        """A session with at most so many connections; 0: any number."""
        options = self._options
        connector = aiohttp.TCPConnector(
            limit=connections, keepalive_timeout=options.idle_seconds, ssl=options.tls or True
        )
        return aiohttp.ClientSession(connector=connector, trust_env=True, auto_decompress=False)


def _failure(error: Exception) -> TransportError:
    match error:
        case aiohttp.ClientPayloadError():
            return MalformedResponse("The subgraph's response is incomplete.")
        case aiohttp.ClientHttpProxyError():
            return SubgraphUnreachable("The proxy refused the connection to the subgraph.")
        case aiohttp.ClientResponseError():
            return MalformedResponse("The subgraph's response is not valid HTTP.")
    return tls_failure(error) or SubgraphUnreachable("The subgraph cannot be reached.")


def _boundary(content_type: str) -> str:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "boundary":
            return value.strip('"')
    return "-"
