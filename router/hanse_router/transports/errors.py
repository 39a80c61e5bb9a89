"""Errors of transports: why a subgraph gave no usable response.

    TransportError
    ├── SubgraphUnreachable   SUBGRAPH_UNREACHABLE         retryable
    │   ├── CircuitOpen
    │   └── TransportClosed
    ├── SubgraphTimeout       SUBGRAPH_TIMEOUT             retryable
    ├── SubgraphHttpError     SUBGRAPH_HTTP_ERROR          retryable for statuses 429, 502, 503 and 504
    ├── MalformedResponse     SUBGRAPH_MALFORMED_RESPONSE
    ├── TlsFailed             SUBGRAPH_TLS_FAILED
    └── FilesNotSupported     SUBGRAPH_TAKES_NO_FILES

`code` becomes `extensions.code` of an error in the response. Messages are shown to clients.
"""

from __future__ import annotations

from typing import ClassVar

_RETRYABLE_STATUSES = frozenset({429, 502, 503, 504})


class TransportError(Exception):
    """A subgraph gave no usable response. `retryable`: a second attempt of a query may succeed."""

    code: ClassVar[str]
    retryable: bool = False


class SubgraphUnreachable(TransportError):
    """No connection, or the connection ended before the response."""

    code = "SUBGRAPH_UNREACHABLE"
    retryable = True


class CircuitOpen(SubgraphUnreachable):
    """The request was not sent, since the last requests to this subgraph failed."""

    retryable = False


class TransportClosed(SubgraphUnreachable):
    """The request was not sent, since the transport is closed."""

    retryable = False

    def __init__(self) -> None:
        super().__init__("The transport is closed.")


class SubgraphTimeout(TransportError):
    """The subgraph did not respond in time."""

    code = "SUBGRAPH_TIMEOUT"
    retryable = True

    def __init__(self, message: str = "The subgraph did not respond in time.") -> None:
        super().__init__(message)


class SubgraphHttpError(TransportError):
    """The subgraph refused the request. `status` is the HTTP status, if there was one."""

    code = "SUBGRAPH_HTTP_ERROR"

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retryable = status in _RETRYABLE_STATUSES


class MalformedResponse(TransportError):
    """The response is not a GraphQL response, or larger than the limit."""

    code = "SUBGRAPH_MALFORMED_RESPONSE"


class TlsFailed(TransportError):
    """The TLS handshake failed."""

    code = "SUBGRAPH_TLS_FAILED"


class FilesNotSupported(TransportError):
    """The transport cannot send files."""

    code = "SUBGRAPH_TAKES_NO_FILES"

    def __init__(self) -> None:
        super().__init__("Files cannot be sent to this subgraph: file uploads need HTTP.")
