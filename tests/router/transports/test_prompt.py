"""Requests begun on an idle connection, without waiting, come to the same ends as those that are sent."""

from __future__ import annotations

import asyncio

import pytest

from hanse_router.operation_kind import OperationKind
from hanse_router.telemetry.measured import MeasuredTransport
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports import HttpTransport, Transport, TransportError, TransportOptions, make_transport
from hanse_router.transports.prompt import Outcome, UnderWay, prompt
from hanse_router.transports.protocol import SubgraphRequest
from tests.router.transports.raw_server import reply, serving

QUERY = SubgraphRequest(b'{"query":"{a}"}', OperationKind.QUERY, {"authorization": "Bearer x"})
MUTATION = SubgraphRequest(b'{"query":"mutation{a}"}', OperationKind.MUTATION)
DATA = b'{"data":{"a":1}}'


def begin(transport: Transport, request: SubgraphRequest) -> tuple[UnderWay, asyncio.Future[Outcome]]:
    """Begin a request; what is told of it."""
    told: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    promptly = prompt(transport)
    assert promptly is not None
    under_way = promptly(request, told.set_result)
    assert under_way is not None
    assert not told.done()
    return under_way, told


async def begun(transport: Transport, request: SubgraphRequest) -> Outcome:
    """What becomes of a request, after another one left an idle connection."""
    assert await transport.send(QUERY) == DATA
    return await asyncio.wait_for(begin(transport, request)[1], 5)


async def test_it_takes_the_idle_connection_and_is_left_to_send_where_there_is_none() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        metrics = Metrics()
        transport = MeasuredTransport(make_transport(heard.url), "a", metrics)
        assert transport.begin(QUERY, lambda outcome: None) is None
        assert await begun(transport, QUERY) == DATA
        assert await begun(transport, MUTATION) == DATA
        await transport.close()
    assert heard.connections == 1
    assert heard.requests[1].endswith(QUERY.body)
    assert heard.requests[3].endswith(MUTATION.body)
    assert 'hanse_fetches_total{outcome="ok",subgraph="a"} 4.0' in metrics.exposition().decode()


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
async def test_what_cannot_be_used_is_told_as_an_error(request_: SubgraphRequest, written: bytes, code: str) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) == 1:
            writer.write(reply(DATA))
        else:
            writer.write(written)
            await writer.drain()
            writer.close()

    async with serving(answer) as heard:
        transport = make_transport(heard.url, TransportOptions(retries=0))
        outcome = await begun(transport, request_)
        await transport.close()
    assert isinstance(outcome, TransportError)
    assert outcome.code == code


@pytest.mark.parametrize(("retries", "answered"), [(0, False), (1, True), (3, True)])
async def test_a_failed_query_is_tried_again_as_often_as_allowed(retries: int, answered: bool) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        good = len(heard.requests) != 2
        writer.write(reply(DATA) if good else reply(b"busy", status=b"503 Service Unavailable"))

    async with serving(answer) as heard:
        transport = make_transport(heard.url, TransportOptions(retries=retries, backoff=0.001))
        outcome = await begun(transport, QUERY)
        await transport.close()
    assert (outcome == DATA) is answered
    assert len(heard.requests) == (3 if answered else 2)


async def test_a_hang_up_on_the_idle_connection_costs_a_query_nothing_and_a_mutation_is_not_repeated() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) in hang_up_at:
            writer.close()
        else:
            writer.write(reply(DATA))

    hang_up_at = (2, 5)
    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions())
        assert await begun(transport, QUERY) == DATA
        assert len(heard.requests) == 3
        assert isinstance(await begun(transport, MUTATION), TransportError)
        assert len(heard.requests) == 5
        await transport.close()


async def test_redirects_are_followed() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        moved = len(heard.requests) > 1 and request.startswith(b"POST /graphql ")
        status = b"308 Permanent Redirect" if moved else b"200 OK"
        writer.write(reply(DATA, b"location: /elsewhere", status=status))

    async with serving(answer) as heard:
        transport = make_transport(heard.url)
        assert await begun(transport, QUERY) == DATA
        await transport.close()
    assert heard.requests[-1].startswith(b"POST /elsewhere ")


async def test_a_late_reply_is_a_time_out() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) > 1:
            await asyncio.sleep(5)
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = make_transport(heard.url, TransportOptions(timeout=0.1, retries=0))
        outcome = await begun(transport, QUERY)
        await transport.close()
    assert isinstance(outcome, TransportError)
    assert outcome.code == "SUBGRAPH_TIMEOUT"


async def test_what_is_given_up_gives_back_its_place() -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        if len(heard.requests) == 2:
            await asyncio.sleep(5)
        writer.write(reply(DATA))

    async with serving(answer) as heard:
        transport = HttpTransport(heard.url, TransportOptions(max_connections=1))
        assert await transport.send(QUERY) == DATA
        under_way, told = begin(transport, QUERY)
        await asyncio.sleep(0.02)
        under_way.cancel()
        assert await asyncio.wait_for(transport.send(QUERY), 2) == DATA
        assert not told.done() or not isinstance(told.result(), bytes)
        await transport.close()
    assert heard.connections == 2
