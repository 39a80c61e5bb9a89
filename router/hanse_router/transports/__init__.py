"""Transports: how the router reaches subgraphs. Chosen by URL, once, at start-up."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from hanse_router.telemetry.fetch_tracing import FetchTracing
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports.combined import CombinedTransport
from hanse_router.transports.errors import TransportError
from hanse_router.transports.http import HttpTransport
from hanse_router.transports.http_aiohttp import AiohttpTransport
from hanse_router.transports.local import LocalEndpoint, LocalTransport
from hanse_router.transports.middleware import with_middlewares
from hanse_router.transports.middleware.base import Context
from hanse_router.transports.options import DEFAULT_OPTIONS, TransportOptions
from hanse_router.transports.protocol import Transport
from hanse_router.transports.websocket import WebSocketTransport

__all__ = [
    "AiohttpTransport",
    "HttpTransport",
    "LocalEndpoint",
    "LocalTransport",
    "Transport",
    "TransportError",
    "TransportOptions",
    "WebSocketTransport",
    "make_transport",
]

_WEBSOCKET = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def make_transport(
    url: str,
    options: TransportOptions = DEFAULT_OPTIONS,
    *,
    subgraph: str | None = None,
    endpoint: LocalEndpoint | None = None,
    metrics: Metrics | None = None,
    tracing: FetchTracing | None = None,
) -> Transport:
    """The transport to the subgraph at `url` (http, https, ws or wss), or to the `endpoint` in this process.

    `subgraph` is its name in messages and metrics. Nothing connects before the first request. Raises ValueError for a
    URL of another kind.
    """
    context = Context(subgraph or url, options, metrics, tracing)
    if endpoint is not None:  # there is no network that could fail
        context = replace(context, options=replace(options, retries=0, circuit=None))
        return with_middlewares(LocalTransport(endpoint, options), context)
    return with_middlewares(_network_transport(url, options), context)


def _network_transport(url: str, options: TransportOptions) -> Transport:
    parts = urlsplit(url)
    if parts.scheme not in _WEBSOCKET or not parts.hostname:
        raise ValueError(f"the URL of a subgraph is http://HOST, https://HOST, ws://HOST or wss://HOST, not {url!r}")
    if parts.scheme in ("ws", "wss"):
        return WebSocketTransport(url, options)
    subscriptions = _subscription_transport(url, options)
    if parts.scheme == "http" and options.proxy is None and not _is_proxied(url):
        return CombinedTransport(HttpTransport(url, options), subscriptions)
    return CombinedTransport(AiohttpTransport(url, options), subscriptions)


def _subscription_transport(url: str, options: TransportOptions) -> Transport:
    parts = urlsplit(options.subscription_url or url)
    if options.subscription_url is not None and parts.scheme in ("http", "https"):
        return AiohttpTransport(options.subscription_url, options)
    return WebSocketTransport(parts._replace(scheme=_WEBSOCKET[parts.scheme]).geturl(), options)


def _is_proxied(url: str) -> bool:
    proxies = getproxies_environment()
    return "http" in proxies and not proxy_bypass(urlsplit(url).netloc)
