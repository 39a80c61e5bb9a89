"""The interface of transports: how the executor reaches a subgraph, whatever the network protocol."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeAlias, runtime_checkable

import msgspec

from hanse_router.in_flight import Done, InFlight, result_of, start_coroutine
from hanse_router.operation_kind import OperationKind
from hanse_wire.request_id import HEADER


@runtime_checkable
class File(Protocol):
    """A file that a client uploaded. Its content can be read any number of times, also concurrently."""

    name: str  # as sent by the client
    content_type: str  # as sent by the client
    size: int  # bytes

    def chunks(self) -> AsyncIterator[bytes]:
        """The content, in pieces."""
        ...


FileAt: TypeAlias = tuple[str, File]
"""A file and its path in the request, such as `variables.input.files.0`."""

Reply: TypeAlias = bytes
"""The body of a response: a GraphQL response as JSON. The executor checks its shape."""


class SubgraphRequest(msgspec.Struct, frozen=True, gc=False):
    """One GraphQL request to a subgraph: `body` is the encoded JSON (query, variables, operationName).

    The body has null where the variables have a file.
    """

    body: bytes
    kind: OperationKind
    headers: Mapping[str, str] = {}  # names in lower case; often shared by the requests of one caller
    files: Sequence[FileAt] = ()
    request_id: bytes = b""  # sent as x-request-id

    def all_headers(self) -> dict[str, str]:
        """The headers with the request id."""
        return {**self.headers, HEADER: self.request_id.decode("ascii")} if self.request_id else dict(self.headers)


class Transport(ABC):
    """The connection to one subgraph. Safe for concurrent use; created at start-up.

    `start` is the primitive: every transport and every middleware has it. `send` is the same for callers that await.
    """

    @abstractmethod
    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        """Send a query or mutation. `done` gets the reply or a TransportError; see `hanse_router.in_flight`."""

    async def send(self, request: SubgraphRequest) -> Reply:
        """The reply to a query or mutation. Raises TransportError."""
        return await result_of(partial(self.start, request))

    @abstractmethod
    def stream(self, request: SubgraphRequest) -> AsyncIterator[Reply]:
        """The events of a subscription, each a GraphQL response; ends when the subgraph completes it.

        Closing the iterator (`aclose`) unsubscribes. Raises TransportError.
        """

    @abstractmethod
    async def close(self) -> None:
        """Close every connection."""


class CoroutineTransport(Transport):
    """Base of transports whose `send` is a coroutine: `start` runs it in a task."""

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        return start_coroutine(self.send(request), done)

    @abstractmethod
    async def send(self, request: SubgraphRequest) -> Reply: ...
