"""Subscriptions end with the access token of their caller, with a stable code, and continue with a fresh token."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.router.platform import Platform
from tests.router.server.sockets import LEGACY, MODERN, Socket

TICKS = "subscription { tick(n: 1000000, pause: 0.01) }"
SILENT = "subscription { tick(n: 1, pause: 60) }"
SSE = {"accept": "text/event-stream"}
MULTIPART = {"accept": 'multipart/mixed;boundary=graphql;subscriptionSpec="1.0",application/json'}
EXPIRED, REVOKED = "SUBSCRIPTION_JWT_EXPIRED", "SUBSCRIPTION_JWT_REVOKED"


def platform_of(folder: Path) -> Platform:
    return Platform(folder, jwt={"leeway_seconds": 0})


def short(platform: Platform) -> str:
    """A token that expires soon."""
    return platform.issuer.bearer(exp=time.time() + 1)


@pytest.mark.parametrize("query", [TICKS, SILENT], ids=["busy", "silent"])
@pytest.mark.parametrize("protocol", [MODERN, LEGACY])
async def test_over_websocket(tmp_path: Path, protocol: str, query: str) -> None:
    platform = platform_of(tmp_path)
    start = "subscribe" if protocol == MODERN else "start"
    async with Socket(platform, protocol) as socket:
        await socket.init({"authorization": short(platform)})
        last = (await socket.run(query, start=start))[-1]
        assert last["type"] == "error"
        assert _codes(last["payload"]) == [EXPIRED]
        assert platform.subgraphs["accounts"].streams == 0, "the subgraph's subscription has ended too"
        # The connection stays: its own token has expired, a fresh one goes with the next operation.
        (refused,) = await socket.run("{ hello }", start=start)
        assert _codes(refused["payload"]) == ["UNAUTHENTICATED"]
        fresh = {"headers": {"authorization": platform.issuer.bearer()}}
        again = await socket.run("subscription { tick(n: 2) }", start=start, extensions=fresh)
        assert [message["type"] for message in again][-1] == "complete"


@pytest.mark.parametrize("query", [TICKS, SILENT], ids=["busy", "silent"])
async def test_over_server_sent_events(tmp_path: Path, query: str) -> None:
    platform = platform_of(tmp_path)
    reply = await platform.post(query, headers={**SSE, "authorization": short(platform)})
    assert reply.body.endswith(b"event: complete\ndata:\n\n")
    assert b'"code":"%s"' % EXPIRED.encode() in reply.parts[-1]
    assert platform.subgraphs["accounts"].streams == 0


@pytest.mark.parametrize("query", [TICKS, SILENT], ids=["busy", "silent"])
async def test_over_multipart(tmp_path: Path, query: str) -> None:
    platform = platform_of(tmp_path)
    reply = await platform.post(query, headers={**MULTIPART, "authorization": short(platform)})
    assert reply.body.endswith(b"--graphql--\r\n")
    assert b'{"payload":null,"errors":[' in reply.parts[-1]
    assert b'"code":"%s"' % EXPIRED.encode() in reply.parts[-1]


async def test_a_subscription_without_a_token_does_not_end(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    reply = await platform.post("subscription { tick(n: 3, pause: 0.1) }", headers=SSE)
    assert reply.body.count(b"event: next") == 3


async def test_endings_are_counted(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    async with Socket(platform) as socket:
        await socket.init({"authorization": short(platform)})
        await socket.run(SILENT)
    exposed = platform.router.engine.metrics.exposition()
    assert b'hanse_refused_total{code="%s"} 1.0' % EXPIRED.encode() in exposed
    assert b"hanse_subscriptions 0.0" in exposed


def _codes(errors: Any) -> list[str]:
    listed = errors if isinstance(errors, list) else [errors]
    return [error["extensions"]["code"] for error in listed]
