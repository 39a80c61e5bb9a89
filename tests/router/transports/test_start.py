"""Requests that take an idle connection, without a task, have the same outcomes as those that wait for one."""

from __future__ import annotations

import asyncio

import pytest

from hanse_router.in_flight import InFlight
from hanse_router.operation_kind import OperationKind
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports import HttpTransport, Transport, TransportError, TransportOptions, make_transport
from hanse_router.transports.protocol import SubgraphRequest
from tests.router.transports.raw_server import reply, serving

QUERY = SubgraphRequest(b'{"query":"{a}"}', OperationKind.QUERY, {"authorization": "Bearer x"})
MUTATION = SubgraphRequest(b'{"query":"mutation{a}"}', OperationKind.MUTATION)
DATA = b'{"data":{"a":1}}'


Outcome = bytes | BaseException


def start(transport: Transport, request: SubgraphRequest) -> tuple[InFlight, asyncio.Future[Outcome]]:
    """Start a request; its outcome. A second call of `done` would raise."""
    outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    in_flight = transport.start(request, outcome.set_result)
    assert not outcome.done()
    return in_flight, outcome


async def outcome_of(transport: Transport, request: SubgraphRequest) -> Outcome:
    """The outcome of a request, after another one left an idle connection."""
    assert await transport.send(QUERY) == DATA
    return await asyncio.wait_for(start(transport, request)[1], 5)


async def test_it_takes_the_idle_connection_and_waits_for_one_where_there_is_none() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        metrics = Metrics()
        transport = make_transport(heard.url, subgraph="a", metrics=metrics)
        tasks = len(asyncio.all_tasks())
        assert await outcome_of(transport, QUERY) == DATA
        assert await outcome_of(transport, MUTATION) == DATA
        _, outcome = start(transport, QUERY)
        assert len(asyncio.all_tasks()) <= tasks + 1  # one for the connection that the server handles
        assert await outcome == DATA
        await transport.close()
    assert heard.connections == 1
    assert heard.requests[1].endswith(QUERY.body)
    assert heard.requests[3].endswith(MUTATION.body)
    assert 'hanse_fetches_total{outcome="ok",subgraph="a"} 5.0' in metrics.exposition().decode()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (reply(b"<html>", status=b"404 Not Found"), "SUBGRAPH_HTTP_ERROR"),
        (b"nonsense\r\n\r\n", "SUBGRAPH_MALFORMED_RESPONSE"),
        (reply(DATA, b"content-encoding: br"), "SUBGRAPH_MALFORMED_RESPONSE"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{", "SUBGRAPH_UNREACHABLE"),
    ],
)
@pytest.mark.parametrize("request_", [QUERY, MUTATION])
async def test_an_unusable_response_is_an_error(request_: SubgraphRequest, written: bytes, code: str) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) == 1:
            writer.write(reply(DATA))
        else:
            writer.write(written)
            await writer.drain()
            writer.close()

    async with serving(answer) as heard:
        transport = make_transport(heard.url, TransportOptions(retries=0))
        outcome = await outcome_of(transport, request_)
        await transport.close()
    assert isinstance(outcome, TransportError)
    assert outcome.code == code


@pytest.mark.parametrize(("retries", "answered"), [(0, False), (1, True), (3, True)])
async def test_a_failed_query_is_retried_as_often_as_allowed(retries: int, answered: bool) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        good = len(heard.requests) != 2
        writer.write(reply(DATA) if good else reply(b"busy", status=b"503 Service Unavailable"))

    async with serving(answer) as heard:
        transport = make_transport(heard.url, TransportOptions(retries=retries, backoff=0.001))
        outcome = await outcome_of(transport, QUERY)
        await transport.close()
    assert (outcome == DATA) is answered
    assert len(heard.requests) == (3 if answered else 2)


async def test_a_query_is_sent_again_when_the_idle_connection_was_closed_and_a_mutation_is_not() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) in close_at:
            writer.close()
        else:
            writer.write(reply(DATA))

    close_at = (2, 5)
    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        assert await outcome_of(transport, QUERY) == DATA
        assert len(heard.requests) == 3
        assert isinstance(await outcome_of(transport, MUTATION), TransportError)
        assert len(heard.requests) == 5
        await transport.close()


async def test_redirects_are_followed() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        moved = len(heard.requests) > 1 and request.startswith(b"POST /graphql ")
        status = b"308 Permanent Redirect" if moved else b"200 OK"
        writer.write(reply(DATA, b"location: /elsewhere", status=status))

    async with serving(answer) as heard:
        transport = make_transport(heard.url)
        assert await outcome_of(transport, QUERY) == DATA
        await transport.close()
    assert heard.requests[-1].startswith(b"POST /elsewhere ")


async def test_a_subgraph_that_redirects_is_not_asked_twice_again() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        moved = request.startswith(b"POST /graphql ")
        status = b"308 Permanent Redirect" if moved else b"200 OK"
        writer.write(reply(DATA, b"location: /elsewhere", status=status))

    async with serving(answer) as heard:
        transport = make_transport(heard.url)
        assert await outcome_of(transport, QUERY) == DATA
        before = len(heard.requests)
        assert await transport.send(QUERY) == DATA
        await transport.close()
    assert [request.split(b" ", 2)[1] for request in heard.requests[before:]] == [b"/graphql", b"/elsewhere"]


async def test_a_late_reply_is_a_timeout() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) > 1:
            await asyncio.sleep(5)
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = make_transport(heard.url, TransportOptions(timeout=0.1, retries=0))
        outcome = await outcome_of(transport, QUERY)
        await transport.close()
    assert isinstance(outcome, TransportError)
    assert outcome.code == "SUBGRAPH_TIMEOUT"


async def test_a_cancelled_request_frees_its_connection() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) == 2:
            await asyncio.sleep(5)
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions(max_connections=1))
        assert await transport.send(QUERY) == DATA
        in_flight, outcome = start(transport, QUERY)
        await asyncio.sleep(0.02)
        in_flight.cancel()
        assert await asyncio.wait_for(transport.send(QUERY), 2) == DATA
        assert isinstance(outcome.result(), asyncio.CancelledError)
        in_flight.cancel()  # does nothing any more
        assert await asyncio.wait_for(transport.send(QUERY), 2) == DATA
        await transport.close()
    assert heard.connections == 2
