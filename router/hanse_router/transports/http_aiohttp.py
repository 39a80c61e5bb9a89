"""Subgraphs over HTTP with TLS, proxies, redirects, file uploads and event streams."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp

from hanse_router.transports.errors import (
    MalformedResponse,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
    TransportError,
)
from hanse_router.transports.event_stream import multipart_events, server_sent_events
from hanse_router.transports.multipart_request import MultipartRequest
from hanse_router.transports.options import TransportOptions
from hanse_router.transports.protocol import CoroutineTransport, Reply, SubgraphRequest
from hanse_router.transports.replies import checked_reply, too_large
from hanse_router.transports.tls import tls_failure

_ACCEPT = "application/graphql-response+json, application/json"
_ACCEPT_EVENTS = 'text/event-stream, multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json'


class AiohttpTransport(CoroutineTransport):
    """Transport over `http://` and `https://`; subscriptions as server-sent events or multipart.

    A subscription whose response is a plain GraphQL response has that as its only event."""

    def __init__(self, url: str, options: TransportOptions) -> None:
        self._url = url
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: SubgraphRequest) -> Reply:
        form = MultipartRequest(request) if request.files else None
        described = form.headers if form else {"content-type": "application/json"}
        headers = {"accept": _ACCEPT, **described, **request.all_headers()}
        timeout = aiohttp.ClientTimeout(total=self._options.timeout, sock_connect=self._options.connect_timeout)
        limit = self._options.max_response_bytes
        try:
            async with self._open_session().post(
                self._url,
                data=form.chunks() if form else request.body,
                headers=headers,
                timeout=timeout,
                proxy=self._options.proxy,
                allow_redirects=form is None,  # a streamed body cannot be sent twice
            ) as reply:
                body = bytearray()
                async for chunk in reply.content.iter_any():
                    body += chunk
                    if len(body) > limit:
                        raise too_large(limit)
                return checked_reply(reply.status, bytes(body))
        except TimeoutError:
            raise SubgraphTimeout() from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _failure(error) from None

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
        headers = {"accept": _ACCEPT_EVENTS, "content-type": "application/json", **request.all_headers()}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._options.connect_timeout)
        try:
            async with self._open_session().post(
                self._url, data=request.body, headers=headers, timeout=timeout, proxy=self._options.proxy
            ) as reply:
                if reply.status >= 300:
                    yield checked_reply(reply.status, await reply.content.read(self._options.max_response_bytes))
                elif reply.content_type == "text/event-stream":
                    async for event in server_sent_events(reply.content.iter_any()):
                        yield event
                elif reply.content_type == "multipart/mixed":
                    boundary = _boundary(reply.headers.get("content-type", ""))
                    async for event in multipart_events(reply.content.iter_any(), boundary):
                        yield event
                else:
                    yield checked_reply(reply.status, await reply.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            interrupted = SubgraphUnreachable("The subgraph's event stream was interrupted.")
            raise tls_failure(error) or interrupted from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:  # created late: a session belongs to a running event loop
            options = self._options
            connector = aiohttp.TCPConnector(
                limit=options.max_connections, keepalive_timeout=options.idle_seconds, ssl=options.tls or True
            )
            self._session = aiohttp.ClientSession(connector=connector, trust_env=True, auto_decompress=True)
        return self._session


def _failure(error: Exception) -> TransportError:
    match error:
        case aiohttp.TooManyRedirects():
            return SubgraphHttpError("The subgraph redirects too many times.")
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
