"""How a subgraph is reached: the one protocol that the executor knows, whatever lies behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from router.planner.plan import OperationKind


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One GraphQL request to a subgraph: `body` is the encoded JSON (query, variables, operationName)."""

    body: bytes
    kind: OperationKind
    headers: Mapping[str, str] = field(default_factory=dict)  # what is carried to this subgraph, names in lower case


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

        Raises TransportError: SUBGRAPH_UNREACHABLE, SUBGRAPH_TIMEOUT, SUBGRAPH_HTTP_ERROR, SUBGRAPH_MALFORMED_RESPONSE.
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
