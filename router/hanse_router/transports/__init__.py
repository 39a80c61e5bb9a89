"""Ways to reach subgraphs, chosen by URL."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from hanse_router.transports.errors import TransportError
from hanse_router.transports.http import HttpTransport
from hanse_router.transports.http_aiohttp import AiohttpTransport
from hanse_router.transports.local import LocalEndpoint, LocalTransport
from hanse_router.transports.options import DEFAULT_OPTIONS, TransportOptions
from hanse_router.transports.protocol import Transport
from hanse_router.transports.resilience import ResilientTransport
from hanse_router.transports.sharing import SharingTransport
from hanse_router.transports.split import SplitTransport
from hanse_router.transports.websocket import WebSocketTransport

__all__ = [
    "AiohttpTransport",
    "HttpTransport",
    "LocalEndpoint",
    "LocalTransport",
    "ResilientTransport",
    "SharingTransport",
    "Transport",
    "TransportError",
    "TransportOptions",
    "WebSocketTransport",
    "make_transport",
]

_WEBSOCKET = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def make_transport(
    url: str, options: TransportOptions = DEFAULT_OPTIONS, *, endpoint: LocalEndpoint | None = None
) -> Transport:
    """The transport for a subgraph at `url`: http, https, ws or wss; or in this process where there is an `endpoint`.

    Nothing is connected before the first request. Raises ValueError for a URL of another kind.
    """
    if endpoint is not None:
        return LocalTransport(endpoint, options)
    parts = urlsplit(url)
    if parts.scheme not in _WEBSOCKET or not parts.hostname:
        raise ValueError(f"A subgraph's URL begins with http://, https://, ws:// or wss:// and names a host: {url!r}")
    return ResilientTransport(_plain(url, parts.scheme, options), options)


def _plain(url: str, scheme: str, options: TransportOptions) -> Transport:
    if scheme in ("ws", "wss"):
        return WebSocketTransport(url, options)
    events = _events(url, options)
    if scheme == "http" and options.proxy is None and not _proxied(url):
        return SplitTransport(HttpTransport(url, options), events)
    return SplitTransport(AiohttpTransport(url, options), events)


def _events(url: str, options: TransportOptions) -> Transport:
    parts = urlsplit(options.subscription_url or url)
    if options.subscription_url is not None and parts.scheme in ("http", "https"):
        return AiohttpTransport(options.subscription_url, options)
    return WebSocketTransport(parts._replace(scheme=_WEBSOCKET[parts.scheme]).geturl(), options)


def _proxied(url: str) -> bool:
    proxies = getproxies_environment()
    return "http" in proxies and not proxy_bypass(urlsplit(url).netloc)
