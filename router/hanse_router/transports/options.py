"""How one subgraph is reached: what can be set."""

from __future__ import annotations

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """`timeout` bounds one try of a request, in seconds. Retries are for queries alone, with back-off from `backoff`.

    A circuit opens after `failures_to_open` failed requests in a row (0: never) for `open_seconds`. Subscriptions go to
    `subscription_url`: over WebSocket for ws and wss, as server-sent events or multipart for http and https. By default
    they go over WebSocket to the place of the subgraph's own URL.
    """

    timeout: float = 30.0
    retries: int = 1
    backoff: float = 0.05
    backoff_limit: float = 2.0
    max_connections: int = 100
    idle_seconds: float = 55.0  # less than the 60 s after which many servers and balancers hang up
    connect_timeout: float = 5.0
    max_response_bytes: int = 256 * 1024 * 1024
    compressed: bool = True
    failures_to_open: int = 0
    open_seconds: float = 5.0
    proxy: str | None = None
    tls: ssl.SSLContext | None = None  # None: the system's
    subscription_url: str | None = None


DEFAULT_OPTIONS = TransportOptions()
