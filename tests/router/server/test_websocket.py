"""GraphQL over WebSocket: both subprotocols, close codes, tokens, back-pressure."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hanse_router.lifetime import Ending
from tests.router.identity.keys import LIFETIME, NOW
from tests.router.platform import Platform, supergraph_sdl
from tests.router.registry.fake import until
from tests.router.server.sockets import LEGACY, MODERN, Socket

INIT: dict[str, Any] = {"type": "connection_init"}
HELLO: dict[str, Any] = {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }"}}
LONG: dict[str, Any] = {
    "type": "subscribe",
    "id": "1",
    "payload": {"query": "subscription { tick(n: 1000, pause: 0.01) }"},
}


async def test_queries_mutations_and_subscriptions(platform: Platform) -> None:
    async with Socket(platform) as socket:
        assert socket.subprotocol == MODERN
        await socket.init()
        assert await socket.run("{ hello me { score } }") == [
            {"id": "1", "type": "next", "payload": {"data": {"hello": "world", "me": {"score": 15}}}},
            {"id": "1", "type": "complete"},
        ]
        assert (await socket.run("mutation ($x: Int!) { set(x: $x) }", variables={"x": 4}))[0]["payload"] == {
            "data": {"set": 4}
        }
        ticks = await socket.run("subscription { tick(n: 3) }")
        assert [message["payload"]["data"]["tick"] for message in ticks[:-1]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [
        ("{ nope }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("query ($a: Int!) { echo(a: $a) }", {"variables": {"a": "x"}}, "BAD_USER_INPUT"),
        ("subscription { nope }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("", {}, "BAD_REQUEST"),
        ("{ hello }", {"variables": 5}, "BAD_REQUEST"),
        ("{ hello }", {"extensions": {"headers": {"Authorization": "Bearer x"}}}, "UNAUTHENTICATED"),
    ],
)
async def test_an_operation_that_cannot_run_is_an_error_and_the_connection_lives(
    platform: Platform, query: str, more: dict[str, Any], code: str
) -> None:
    async with Socket(platform) as socket:
        await socket.init()
        (message,) = await socket.run(query, **more)
        assert message["type"] == "error"
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        assert len(await socket.run("{ hello }")) == 2


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        (["{"], 4400, ""),
        (["[]"], 4400, ""),
        ([{"type": "unknown"}], 4400, ""),
        ([{}], 4400, ""),
        ([INIT, {"type": "start", "id": "1", "payload": {"query": "{ hello }"}}], 4400, ""),
        ([INIT, {"type": "subscribe", "payload": {}}], 4400, ""),
        ([INIT, {"type": "subscribe", "id": 1, "payload": {}}], 4400, ""),
        ([INIT, {"type": "subscribe", "id": "1"}], 4400, ""),
        ([{**INIT, "payload": 5}], 4400, ""),
        ([HELLO], 4401, "Unauthorized"),
        ([INIT, INIT], 4429, "Too many initialisation requests"),
        ([INIT, LONG, LONG], 4409, "Subscriber for 1 already exists"),
        ([{**INIT, "payload": {"Authorization": "Bearer x"}}], 4403, "not valid"),
        ([{**INIT, "payload": {"headers": {"authorization": "Bearer x"}}}], 4403, "not valid"),
    ],
)
async def test_close_codes(platform: Platform, messages: list[Any], code: int, reason: str) -> None:
    async with Socket(platform) as socket:
        for message in messages:
            if isinstance(message, str):
                socket.text(message)
            else:
                socket.send(**message)
        closed = await socket.closed()
        assert closed.code == code
        assert reason in closed.reason
    assert platform.subgraphs["accounts"].streams == 0


async def test_the_time_for_the_handshake(tmp_path: Path) -> None:
    platform = Platform(tmp_path, websocket={"init_timeout_seconds": 0.05})
    async with Socket(platform) as socket:
        closed = await socket.closed()
        assert closed.code == 4408
    async with Socket(platform) as patient:
        await patient.init()
        await asyncio.sleep(0.1)
        assert len(await patient.run("{ hello }")) == 2


async def test_no_common_subprotocol(platform: Platform) -> None:
    async with Socket(platform, "soap") as socket:
        closed = await socket.closed()
        assert closed.code == 4406


async def test_the_client_may_offer_several(platform: Platform) -> None:
    async with Socket(platform, "soap", LEGACY, MODERN) as socket:
        assert socket.subprotocol == LEGACY


async def test_pings(tmp_path: Path) -> None:
    platform = Platform(tmp_path, websocket={"init_timeout_seconds": 0.02, "ping_seconds": 0.02})
    async with Socket(platform) as socket:
        await socket.init()
        socket.send(type="ping", payload={"a": 1})
        assert await socket.receive() == {"type": "pong", "payload": {"a": 1}}
        assert [(await socket.raw())["type"] for _ in range(3)] == ["ping", "ping", "ping"]
        socket.send(type="pong")
        assert len(await socket.run("{ hello }")) == 2


async def test_tokens_of_the_connection_and_of_one_operation(platform: Platform) -> None:
    token = platform.issuer.bearer()
    other = {"headers": {"authorization": platform.issuer.bearer(sub="u2")}}
    for payload in ({"Authorization": token}, {"authorization": token}, {"headers": {"Authorization": token}}):
        async with Socket(platform) as socket:
            await socket.init(payload)
            assert (await socket.run("{ caller secret }"))[0]["payload"]["data"] == {"caller": "u1", "secret": "s3cret"}
            assert (await socket.run("{ caller }", extensions=other))[0]["payload"]["data"] == {"caller": "u2"}
            assert (await socket.run("{ caller }"))[0]["payload"]["data"] == {"caller": "u1"}
    async with Socket(platform, headers={"authorization": token}) as socket:
        await socket.init()
        assert (await socket.run("{ caller }"))[0]["payload"]["data"] == {"caller": "u1"}
    async with Socket(platform) as socket:
        await socket.init()
        assert (await socket.run("{ caller secret }"))[0]["payload"]["data"] == {"caller": "nobody", "secret": None}


async def test_a_token_that_expires_while_connected(platform: Platform) -> None:
    async with Socket(platform) as socket:
        await socket.init({"authorization": platform.issuer.bearer(exp=NOW + LIFETIME)})
        stale = {"headers": {"authorization": platform.issuer.bearer(exp=NOW - 600)}}
        (message,) = await socket.run("{ hello }", extensions=stale)
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_completing_unsubscribes_and_frees_the_id(platform: Platform) -> None:
    async with Socket(platform) as socket:
        await socket.init()
        for _ in range(2):
            socket.send(**LONG)
            assert (await socket.receive())["type"] == "next"
            assert platform.subgraphs["accounts"].streams == 1
            socket.send(type="complete", id="1")
            await asyncio.sleep(0.05)
            assert platform.subgraphs["accounts"].streams == 0
        socket.send(type="complete", id="unknown")
        while (message := await socket.run("{ hello }", key="2"))[0]["id"] != "2":
            pass
        assert message[-1]["type"] == "complete"


async def test_a_client_that_leaves_unsubscribes(platform: Platform) -> None:
    async with Socket(platform) as socket:
        await socket.init()
        socket.send(**LONG)
        await socket.receive()
        assert platform.router.engine.metrics.sockets._value.get() == 1
    assert platform.subgraphs["accounts"].streams == 0
    assert platform.router.engine.metrics.sockets._value.get() == 0


async def test_a_client_that_does_not_read_slows_its_own_events_only(platform: Platform) -> None:
    async with Socket(platform) as slow, Socket(platform) as quick:
        await slow.init()
        await quick.init()
        slow.reading.clear()
        fast = {**LONG, "payload": {"query": "subscription { tick(n: 1000) }"}}
        slow.send(**fast)
        assert len(await quick.run("subscription { tick(n: 200) }")) == 201
        assert slow._from_router.qsize() == 0
        slow.reading.set()
        ticks = [(await slow.receive())["payload"]["data"]["tick"] for _ in range(1000)]
        assert ticks == list(range(1000))


async def test_operations_run_side_by_side_up_to_a_limit(tmp_path: Path) -> None:
    platform = Platform(tmp_path, websocket={"max_operations": 3})
    async with Socket(platform) as socket:
        await socket.init()
        for key in "abc":
            socket.send(**{**LONG, "id": key})
        seen = {(await socket.receive())["id"] for _ in range(12)}
        assert seen == {"a", "b", "c"}
        socket.send(**{**LONG, "id": "d"})
        while (message := await socket.receive())["id"] != "d":
            pass
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        for key in "abc":
            socket.send(type="complete", id=key)
        socket.send(type="subscribe", id="d", payload={"query": "{ hello }"})
        while (message := await socket.receive())["id"] != "d":
            pass
        assert message["payload"]["data"] == {"hello": "world"}


async def test_a_mutation_goes_on_when_its_client_goes(platform: Platform) -> None:
    async with Socket(platform) as socket:
        await socket.init()
        socket.send(type="subscribe", id="1", payload={"query": "mutation { slowly set(x: 1) }"})
        await asyncio.sleep(0.1)
    assert len(platform.subgraphs["accounts"].requests) == 1
    began = asyncio.get_running_loop().time()
    await platform.router.stop()
    assert asyncio.get_running_loop().time() - began > 0.2


async def test_a_message_beyond_the_limit(tmp_path: Path) -> None:
    platform = Platform(tmp_path, limits={"max_body_bytes": 1000})
    async with Socket(platform) as socket:
        await socket.init()
        socket.send(type="subscribe", id="1", payload={"query": "{ hello }" + " " * 1000})
        assert (await socket.closed()).code == 1009


async def test_a_reload_and_a_stop_end_connections_so_that_clients_come_back(platform: Platform) -> None:
    async with Socket(platform) as socket:
        await socket.init()
        socket.send(**LONG)
        await socket.receive()
        platform.router.engine.serve(supergraph_sdl())
        closed = await socket.closed()
        assert closed.code == Ending.RELOAD.value[0] == 1012
    async with Socket(platform) as again:
        await again.init()
        assert len(await again.run("{ hello }")) == 2
        platform.router.drain()
        closed = await again.closed()
        assert closed.code == 1001


async def test_a_reload_lets_queries_in_flight_be_answered(platform: Platform) -> None:
    async with Socket(platform) as socket:
        await socket.init()
        socket.send(**LONG)
        await socket.receive()
        socket.send(type="subscribe", id="slow", payload={"query": "{ slow }"})
        await until(lambda: any("slow" in request["query"] for request in platform.subgraphs["accounts"].requests))
        platform.router.engine.serve(supergraph_sdl())
        answers = [await socket.receive()]
        while answers[-1].get("id") != "slow" or answers[-1]["type"] != "complete":
            answers.append(await socket.receive())
        assert {"type": "next", "id": "slow", "payload": {"data": {"slow": 1}}} in answers
        assert (await socket.closed()).code == 1012


async def test_the_older_subprotocol(platform: Platform) -> None:
    async with Socket(platform, LEGACY) as socket:
        socket.send(**INIT, payload={"authorization": platform.issuer.bearer()})
        assert await socket.receive() == {"type": "connection_ack"}
        assert await socket.run("{ caller }", start="start") == [
            {"id": "1", "type": "data", "payload": {"data": {"caller": "u1"}}},
            {"id": "1", "type": "complete"},
        ]
        (refused,) = await socket.run("{ nope }", start="start")
        assert "nope" in refused["payload"]["message"]
        socket.send(**{**LONG, "type": "start"})
        assert (await socket.receive())["type"] == "data"
        socket.send(type="stop", id="1")
        while (message := await socket.receive())["type"] == "data":
            pass
        assert message == {"id": "1", "type": "complete"}
        assert platform.subgraphs["accounts"].streams == 0
        socket.send(type="connection_terminate")
        closed = await socket.closed()
        assert closed.code == 1000


async def test_the_older_subprotocol_tells_of_a_bad_token(platform: Platform) -> None:
    async with Socket(platform, LEGACY) as socket:
        socket.send(**INIT, payload={"authorization": "Bearer x"})
        message = await socket.receive()
        assert message["type"] == "connection_error"
        assert message["payload"]["extensions"]["code"] == "UNAUTHENTICATED"
        await socket.closed()
