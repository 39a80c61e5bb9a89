"""What an HTTP server accepts from its clients: the settings of routers and of subgraphs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ServerSettings(BaseModel):
    """Connections of clients."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_connections: int = Field(
        default=10_000,
        ge=1,
        description="Maximum number of open connections; less where the system allows fewer open files.",
    )
    max_connections_per_address: int = Field(
        default=0,
        ge=0,
        description="Maximum number of open connections of one address (IPv6: network of 64 bits). 0: no limit, as is "
        "right behind a proxy.",
    )
    max_head_bytes: int = Field(
        default=65_536, ge=1_024, description="Maximum size of a request's URL and headers together, in bytes."
    )
    max_headers: int = Field(default=100, ge=1, description="Maximum number of headers of a request.")
    max_pipelined: int = Field(
        default=16, ge=1, description="Maximum number of requests that wait for the response to an earlier one."
    )
    max_message_bytes: int = Field(
        default=2_000_000, ge=1, description="Maximum size of a WebSocket message that is received, in bytes."
    )
    head_seconds: float = Field(default=10.0, gt=0, description="Timeout for a whole request head, in seconds.")
    body_seconds: float = Field(
        default=30.0, gt=0, description="Timeout for a request body, in seconds; more at `min_bytes_per_second`."
    )
    write_seconds: float = Field(
        default=30.0,
        gt=0,
        description="How long a client may leave a response unread, in seconds; more at `min_bytes_per_second`.",
    )
    idle_seconds: float = Field(default=5.0, gt=0, description="Timeout of a connection between requests, in seconds.")
    min_bytes_per_second: int = Field(
        default=5_000, ge=1, description="Minimum rate at which large bodies are sent and responses are read."
    )


DEFAULT_SERVER_SETTINGS = ServerSettings()
