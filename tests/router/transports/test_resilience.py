"""Retries and the circuit, over a transport that fails as told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import ResilientTransport, TransportOptions
from hanse_router.transports.errors import MalformedResponse, SubgraphHttpError, SubgraphUnreachable, TransportError
from hanse_router.transports.protocol import SubgraphRequest

QUERY = SubgraphRequest(b"{}", OperationKind.QUERY)
MUTATION = SubgraphRequest(b"{}", OperationKind.MUTATION)


class Scripted:
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
    return SubgraphUnreachable("gone")


async def test_a_query_is_sent_again() -> None:
    inner = Scripted(unreachable(), SubgraphHttpError("busy", status=503))
    transport = ResilientTransport(inner, TransportOptions(retries=2, backoff=0.001))
    assert await transport.send(QUERY) == b"{}"
    assert inner.sent == 3


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (MUTATION, unreachable()),
        (QUERY, SubgraphHttpError("wrong", status=400)),
        (QUERY, MalformedResponse("what")),
    ],
)
async def test_what_another_try_may_harm_or_not_mend_is_sent_once(
    request_: SubgraphRequest, error: TransportError
) -> None:
    inner = Scripted(error)
    transport = ResilientTransport(inner, TransportOptions(retries=3, backoff=0.001))
    with pytest.raises(TransportError):
        await transport.send(request_)
    assert inner.sent == 1


async def test_the_circuit_opens_and_closes() -> None:
    now = 0.0
    inner = Scripted(*(unreachable() for _ in range(3)))
    options = TransportOptions(retries=0, failures_to_open=2, open_seconds=5)
    transport = ResilientTransport(inner, options, clock=lambda: now)
    for _ in range(4):
        with pytest.raises(TransportError):
            await transport.send(QUERY)
    assert inner.sent == 2  # open after the second
    now = 6.0
    with pytest.raises(TransportError):
        await transport.send(QUERY)  # the one that tries; it fails, so the circuit stays open
    with pytest.raises(TransportError):
        await transport.send(QUERY)
    assert inner.sent == 3
    now = 12.0
    assert [await transport.send(QUERY) for _ in range(3)] == [b"{}"] * 3
    assert inner.sent == 6
