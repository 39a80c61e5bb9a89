"""How a subgraph is reached: the one protocol that the executor knows, whatever lies behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from hanse_router.operation_kind import OperationKind
from hanse_wire.request_id import HEADER


@runtime_checkable
class File(Protocol):
    """A file that a client sent. Its content can be read any number of times, also at once."""

    name: str  # as the client calls it
    content_type: str  # as the client says
    size: int

    def chunks(self) -> AsyncIterator[bytes]:
        """The content, in pieces."""
        ...


FileAt = tuple[str, File]
"""A file and where it stands in a request, such as `variables.input.files.0`."""


class SubgraphRequest(msgspec.Struct, frozen=True, gc=False):
    """One GraphQL request to a subgraph: `body` is the encoded JSON (query, variables, operationName).

    Where a file stands in the variables, the body has null.
    """

    body: bytes
    kind: OperationKind
    headers: Mapping[str, str] = {}  # names in lower case; often shared by the requests of one caller
    files: Sequence[FileAt] = ()
    request_id: str = ""  # sent as x-request-id

    def all_headers(self) -> dict[str, str]:
        """The headers with the request id."""
        return {**self.headers, HEADER: self.request_id} if self.request_id else dict(self.headers)


class TransportError(Exception):
    """The subgraph gave no usable reply. `code` becomes `extensions.code`; the message is fit for clients."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Transport(Protocol):
    """A way to one subgraph. Safe for concurrent use; made at start-up, closed at the end."""

    async def send(self, request: SubgraphRequest) -> bytes:
        """The reply's body, a GraphQL response as JSON (its shape is checked by the executor).

        Raises TransportError.
        """
        ...

    def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """The events of a subscription, each a GraphQL response as JSON; ends when the subgraph completes it.

        Closing the iterator (`aclose`) unsubscribes. Raises TransportError as `send` does.
        """
        ...

    async def close(self) -> None:
        """Give back every connection."""
        ...
