"""The circuit of a transport, with a clock that the test sets."""

from __future__ import annotations

import asyncio

import pytest

from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports import TransportOptions, make_transport
from hanse_router.transports.errors import (
    CircuitOpen,
    MalformedResponse,
    SubgraphHttpError,
    SubgraphTimeout,
    TransportError,
)
from hanse_router.transports.middleware.base import Context
from hanse_router.transports.middleware.break_circuit import CircuitTransport
from hanse_router.transports.options import CircuitOptions
from hanse_router.transports.protocol import SubgraphRequest
from tests.router.transports.fakes import QUERY, Scripted, unreachable
from tests.router.transports.raw_server import reply, serving

OPTIONS = CircuitOptions(0.5, min_requests=2, open_seconds=5, trials=1)
METRICS = Metrics()


class Clock:
    """A clock that stands still until the test moves it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def with_circuit(inner: Scripted, clock: Clock) -> CircuitTransport:
    """A transport whose circuit opens when half of at least 2 requests fail, for 5 s."""
    return CircuitTransport(inner, Context("a", metrics=METRICS), OPTIONS, clock=clock)


async def test_the_circuit_opens_and_closes() -> None:
    clock = Clock()
    inner = Scripted(*(unreachable() for _ in range(3)))
    transport = with_circuit(inner, clock)
    for _ in range(4):
        with pytest.raises(TransportError):
            await transport.send(QUERY)
    assert inner.sent == 2  # open after the second
    clock.now = 6.0
    with pytest.raises(TransportError, match="gone"):
        await transport.send(QUERY)  # the trial; it fails, so the circuit stays open
    with pytest.raises(CircuitOpen):
        await transport.send(QUERY)
    assert inner.sent == 3
    clock.now = 12.0
    assert [await transport.send(QUERY) for _ in range(3)] == [b"{}"] * 3
    assert inner.sent == 6


async def test_a_rejected_request_says_why_and_how_long() -> None:
    clock = Clock()
    transport = with_circuit(Scripted(unreachable(), unreachable()), clock)
    for _ in range(2):
        with pytest.raises(TransportError):
            await transport.send(QUERY)
    clock.now = 1.5
    with pytest.raises(CircuitOpen) as rejected:
        await transport.send(QUERY)
    assert str(rejected.value) == 'Circuit open: subgraph "a" failed 2 of the last 2 requests; next attempt in 4 s.'
    assert rejected.value.code == "SUBGRAPH_UNREACHABLE"


async def test_one_trial_at_a_time_and_a_cancelled_one_lets_another_try() -> None:
    class Hanging(Scripted):
        """Fails as told, then never replies."""

        async def send(self, request: SubgraphRequest) -> bytes:
            await super().send(request)
            await asyncio.Event().wait()
            raise AssertionError

    clock = Clock()
    inner = Hanging(unreachable(), unreachable())
    transport = with_circuit(inner, clock)
    for _ in range(2):
        with pytest.raises(TransportError):
            await transport.send(QUERY)
    clock.now = 5.0
    for sent in (3, 4):
        trial = asyncio.create_task(transport.send(QUERY))
        await asyncio.sleep(0)
        with pytest.raises(CircuitOpen, match="an attempt is in progress"):
            await transport.send(QUERY)
        trial.cancel()
        await asyncio.wait([trial])
        await asyncio.sleep(0.01)
        assert inner.sent == sent


async def test_responses_that_are_wrong_do_not_open_it() -> None:
    transport = with_circuit(Scripted(*(MalformedResponse("what") for _ in range(5))), Clock())
    for _ in range(5):
        with pytest.raises(MalformedResponse):
            await transport.send(QUERY)
    assert await transport.send(QUERY) == b"{}"


async def test_the_circuit_counts_requests_and_not_their_attempts() -> None:
    options = TransportOptions(retries=2, backoff=0.001, circuit=CircuitOptions(0.5, min_requests=2))
    transport = make_transport("http://127.0.0.1:1", options, subgraph="a")
    for kind in (TransportError, TransportError, CircuitOpen):
        with pytest.raises(kind) as error:
            await transport.send(QUERY)
        assert isinstance(error.value, CircuitOpen) is (kind is CircuitOpen)
    assert str(error.value).startswith('Circuit open: subgraph "a" failed 2 of the last 2 requests; next attempt in ')
    await transport.close()


@pytest.mark.parametrize("error", [SubgraphTimeout(), SubgraphHttpError("500", status=500), unreachable()])
async def test_each_kind_of_failure_opens_it(error: TransportError) -> None:
    transport = with_circuit(Scripted(error, error), Clock())
    for _ in range(2):
        with pytest.raises(type(error)):
            await transport.send(QUERY)
    with pytest.raises(CircuitOpen):
        await transport.send(QUERY)
    assert b'hanse_circuit_open{subgraph="a"} 1.0' in METRICS.exposition()


async def test_graphql_errors_with_status_500_are_failures() -> None:
    errors = b'{"errors":[{"message":"m"}]}'

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(errors, status=b"500 Internal Server Error"))

    async with serving(answer) as heard:
        transport = make_transport(heard.url, TransportOptions(circuit=OPTIONS), subgraph="a")
        assert [await transport.send(QUERY) for _ in range(2)] == [errors] * 2
        with pytest.raises(CircuitOpen):
            await transport.send(QUERY)
        assert len(heard.requests) == 2
        await transport.close()
