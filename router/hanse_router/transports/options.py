"""The options of a transport."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from hanse_router.transports.redirects import Policy


@dataclass(frozen=True, slots=True)
class CircuitOptions:
    """When the circuit of a subgraph opens and closes."""

    failure_ratio: float  # of the requests in the window
    min_requests: int = 20  # in the window
    window_seconds: float = 10.0
    open_seconds: float = 5.0  # from the opening of the circuit to the first trial
    trials: int = 3  # that have to succeed, one after another


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """How one subgraph is reached. Times are in seconds.

    Subscriptions use `subscription_url`: WebSocket for ws and wss, server-sent events or multipart for http and https.
    Without it they use WebSocket at the subgraph's own URL.
    """

    timeout: float = 30.0  # of one attempt
    retries: int = 1  # of a query; mutations and uploads have none
    backoff: float = 0.05  # the delay before the first retry
    backoff_limit: float = 2.0  # the maximum delay
    max_connections: int = 100
    idle_seconds: float = 55.0  # less than the 60 s after which many servers and load balancers close a connection
    connect_timeout: float = 5.0
    max_response_bytes: int = 8_000_000  # decompressed
    max_subscriptions: int = 5_000
    redirects: Policy = "same_host"
    retry_timeouts: bool = False
    compressed: bool = True  # accept compressed responses
    circuit: CircuitOptions | None = None
    deduplicate: bool = False  # send equal queries that are in flight at the same time once
    proxy: str | None = None
    tls: ssl.SSLContext | None = None  # None: the system's certificates
    subscription_url: str | None = None


DEFAULT_OPTIONS = TransportOptions()
