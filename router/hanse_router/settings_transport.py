"""The settings of requests to subgraphs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from hanse_router.settings_section import Section


class SubgraphRules(Section):
    """Settings of one subgraph; the others are those of `transport`."""

    url: str | None = Field(default=None, description="URL instead of the routing URL in the supergraph.")
    timeout_seconds: float | None = Field(default=None, gt=0, description="Timeout of a request, in seconds.")
    retries: int | None = Field(default=None, ge=0, description="Maximum number of retries of a failed query.")
    subscription_url: str | None = Field(
        default=None, description="URL for subscriptions; default: the URL of the subgraph with `ws://` or `wss://`."
    )


class CircuitSettings(Section):
    """The circuit of a subgraph: while it is open, requests fail immediately."""

    failure_ratio: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Ratio of failed requests in the window that opens the circuit; 0: never. Failures are missing "
        "connections, timeouts, and statuses above 499.",
    )
    min_requests: int = Field(
        default=20, ge=1, description="Minimum number of requests in the window for the circuit to open."
    )
    window_seconds: float = Field(default=10.0, gt=0, description="The window, in seconds.")
    open_seconds: float = Field(default=5.0, gt=0, description="Time until the first trial request, in seconds.")
    trials: int = Field(default=3, ge=1, description="Number of successful trials that closes the circuit.")


class TransportSettings(Section):
    """Requests to subgraphs."""

    timeout_seconds: float = Field(default=30.0, gt=0, description="Timeout of a request, in seconds.")
    retries: int = Field(
        default=1, ge=0, description="Maximum number of retries of a failed query; mutations are not retried."
    )
    retry_timeouts: bool = Field(default=False, description="Retry queries also after a timeout.")
    max_response_bytes: int = Field(
        default=8_000_000,
        ge=1,
        description="Maximum size of a response, decompressed, in bytes. Decoding 8 MB takes 40 ms.",
    )
    max_subscriptions: int = Field(default=5_000, ge=1, description="Maximum number of subscriptions to one subgraph.")
    redirects: Literal["none", "same_host", "any"] = Field(
        default="same_host",
        description="Redirects that are followed. The headers of a request do not follow to another host.",
    )
    max_connections: int = Field(default=100, ge=1, description="Maximum number of connections to one subgraph.")
    connect_seconds: float = Field(default=5.0, gt=0, description="Timeout for opening a connection, in seconds.")
    circuit: CircuitSettings = Field(default_factory=CircuitSettings)
    proxy: str | None = Field(default=None, description="URL of an HTTP proxy for requests to subgraphs.")
    share_requests: bool = Field(
        default=False,
        description="Deduplicate identical requests of one caller to a subgraph that are in flight at the same time.",
    )
    ca_file: Path | None = Field(
        default=None, description="PEM file of the certificate authorities of subgraphs; default: those of the system."
    )
    client_certificate_file: Path | None = Field(
        default=None, description="PEM file of the client certificate, for subgraphs that request one."
    )
    client_key_file: Path | None = Field(
        default=None, description="PEM file of its private key, without a password; default: the same file."
    )
