"""Subscriptions over HTTP: server-sent events and multipart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hanse_router.lifetime import Ending
from tests.router.platform import Platform

SSE = {"accept": "text/event-stream"}
MULTIPART = {"accept": "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"}
TICKS = "subscription { tick(n: 2) }"
LONG = "subscription { tick(n: 1000, pause: 0.02) }"


async def test_server_sent_events(platform: Platform) -> None:
    reply = await platform.post(TICKS, headers=SSE)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["x-accel-buffering"] == "no"
    assert reply.body.decode() == (
        ":\n\n"
        'event: next\ndata: {"data":{"tick":0}}\n\n'
        'event: next\ndata: {"data":{"tick":1}}\n\n'
        "event: complete\ndata:\n\n"
    )


async def test_multipart(platform: Platform) -> None:
    reply = await platform.post(TICKS, headers=MULTIPART)
    assert reply.headers["content-type"] == 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'
    part = "\r\ncontent-type: application/json\r\n\r\n"
    assert reply.body.decode() == (
        "\r\n--graphql"
        f'{part}{{"payload":{{"data":{{"tick":0}}}}}}\r\n--graphql'
        f'{part}{{"payload":{{"data":{{"tick":1}}}}}}\r\n--graphql--\r\n'
    )


async def test_each_event_is_sent_as_it_happens(platform: Platform) -> None:
    reply = await platform.post("subscription { tick(n: 3, pause: 0.01) }", headers=MULTIPART)
    assert [b"tick" in part for part in reply.parts] == [False, True, True, True, False]


@pytest.mark.parametrize("accept", [SSE, MULTIPART])
async def test_a_query_may_be_answered_as_a_stream(platform: Platform, accept: dict[str, str]) -> None:
    reply = await platform.post("{ hello }", headers=accept)
    assert b'{"data":{"hello":"world"}}' in reply.body
    assert reply.body.endswith((b"event: complete\ndata:\n\n", b"--graphql--\r\n"))


async def test_a_subscription_needs_a_stream(platform: Platform, tmp_path: Path) -> None:
    reply = await platform.post(TICKS, headers={"accept": "application/json"})
    assert (reply.status, reply.codes) == (406, ["NOT_ACCEPTABLE"])
    closed = Platform(tmp_path, streams={"enabled": False})
    assert (await closed.post(TICKS, headers=SSE)).codes == ["BAD_REQUEST"]


async def test_errors_before_the_stream_are_plain_answers(platform: Platform) -> None:
    reply = await platform.post("subscription { nope }", headers=SSE)
    assert (reply.status, reply.codes) == (400, ["GRAPHQL_VALIDATION_FAILED"])
    assert reply.headers["content-type"].startswith("application/graphql-response+json")


@pytest.mark.parametrize("accept", [SSE, MULTIPART])
async def test_a_client_that_leaves_unsubscribes(platform: Platform, accept: dict[str, str]) -> None:
    body = b'{"query": "%s"}' % LONG.encode()
    headers = {"content-type": "application/json", **accept}
    await platform.send("POST", "/graphql", headers=headers, body=body, leave_after=4)
    assert platform.subgraphs["accounts"].streams == 0
    assert platform.router.engine.metrics.subscriptions._value.get() == 0


async def test_heartbeats_while_nothing_happens(tmp_path: Path) -> None:
    platform = Platform(tmp_path, streams={"heartbeat_seconds": 0.02})
    slow = "subscription { tick(n: 1, pause: 0.15) }"
    events = await platform.post(slow, headers=SSE)
    assert events.body.count(b":\n\n") > 3
    parts = await platform.post(slow, headers=MULTIPART)
    assert parts.body.count(b"\r\n\r\n{}") > 2


@pytest.mark.parametrize(
    ("accept", "said"), [(SSE, b"event: next\ndata: "), (MULTIPART, b'{"payload":null,"errors":[')]
)
async def test_a_router_that_stops_tells_its_streams(platform: Platform, accept: dict[str, str], said: bytes) -> None:
    running = asyncio.create_task(platform.post(LONG, headers=accept))
    await asyncio.sleep(0.1)
    platform.router.drain()
    reply = await running
    assert said in reply.body
    assert b"SERVICE_UNAVAILABLE" in reply.body
    assert platform.router.engine.lifetime.why is Ending.SHUTDOWN
    assert (await platform.send("GET", "/health/ready")).status == 503
    assert (await platform.send("GET", "/health/live")).status == 200
