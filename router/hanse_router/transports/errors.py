"""Errors of transports: why a subgraph gave no usable response.

    TransportError
    ├── SubgraphUnreachable   SUBGRAPH_UNREACHABLE         retryable
    │   ├── CircuitOpen
    │   └── TransportClosed
    ├── SubgraphTimeout       SUBGRAPH_TIMEOUT             retryable if the settings say so
    ├── SubgraphHttpError     SUBGRAPH_HTTP_ERROR          retryable for statuses 429, 502, 503 and 504
    ├── MalformedResponse     SUBGRAPH_MALFORMED_RESPONSE
    ├── ResponseTooLarge      SUBGRAPH_RESPONSE_TOO_LARGE
    ├── TooManySubscriptions  SUBGRAPH_TOO_MANY_SUBSCRIPTIONS
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
    """The subgraph did not respond in time. Another attempt would double the wait, and the work of the subgraph."""

    code = "SUBGRAPH_TIMEOUT"

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
    """The response is not a GraphQL response."""

    code = "SUBGRAPH_MALFORMED_RESPONSE"


class ResponseTooLarge(TransportError):
    """The response, as sent or decompressed, is larger than `transport.max_response_bytes`."""

    code = "SUBGRAPH_RESPONSE_TOO_LARGE"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The subgraph's response is larger than {limit} bytes.")


class TooManySubscriptions(TransportError):
    """The subgraph has `transport.max_subscriptions` subscriptions."""

    code = "SUBGRAPH_TOO_MANY_SUBSCRIPTIONS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The router has {limit} subscriptions to the subgraph: try again later.")


class TlsFailed(TransportError):
    """The TLS handshake failed."""

    code = "SUBGRAPH_TLS_FAILED"


class FilesNotSupported(TransportError):
    """The transport cannot send files."""

    code = "SUBGRAPH_TAKES_NO_FILES"

    def __init__(self) -> None:
        super().__init__("Files cannot be sent to this subgraph: file uploads need HTTP.")
