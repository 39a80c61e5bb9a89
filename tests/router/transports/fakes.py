"""Transports that do what a test tells them, without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator

from hanse_router.operation_kind import OperationKind
from hanse_router.transports.errors import SubgraphUnreachable, TransportError
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest

QUERY = SubgraphRequest(b"{}", OperationKind.QUERY)
MUTATION = SubgraphRequest(b"{}", OperationKind.MUTATION)


class Scripted(CoroutineTransport):
    """Fails with the given errors in turn, then replies."""

    def __init__(self, *errors: TransportError) -> None:
        self.errors = list(errors)
        self.sent = 0

    async def send(self, request: SubgraphRequest) -> bytes:
        self.sent += 1
        if self.errors:
            raise self.errors.pop(0)
        return b"{}"

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        yield b"{}"

    async def close(self) -> None:
        pass


def unreachable() -> TransportError:
    """A retryable error."""
    return SubgraphUnreachable("gone")
