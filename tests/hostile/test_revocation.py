"""Tokens that are revoked before they expire: refused within seconds, at the router, whatever they run."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from hanse_router.identity.revocations import HttpRevocations, Revocations
from hanse_router.identity.token_ends import TokenEnds
from hanse_router.request import Principal
from hanse_router.settings_identity import RevocationSettings
from hanse_router.telemetry.metrics import Metrics
from tests.e2e.client import Client
from tests.e2e.platforms import distributed
from tests.hostile.callers import LOGIN, PASSWORD, REGISTER, Caller, harbour
from tests.hostile.probe import no_stall
from tests.router.platform import Platform
from tests.router.server.sockets import Socket

ENTRIES = 25_000
DEADLINE = 10.0  # seconds
SILENT = "subscription { tick(n: 1, pause: 60) }"
ENDED = "SUBSCRIPTION_JWT_REVOKED"
NOW = time.time()
MULTIPART = {"accept": 'multipart/mixed;boundary=graphql;subscriptionSpec="1.0",application/json'}
SSE = {"accept": "text/event-stream"}


class Published:
    """A list of revocations that tests change."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.fails = False

    def revoke(self, sub: str, sid: str | None = None, at: float | None = None) -> None:
        times = {"revokedAt": at or time.time(), "expiresAt": time.time() + 900}
        self.entries.append({"sub": sub, **({"sid": sid} if sid else {}), **times})

    async def load(self) -> bytes | None:
        if self.fails:
            raise OSError("down")
        return json.dumps({"revoked": self.entries}).encode()


@asynccontextmanager
async def running(folder: Path, published: Published, **revocations: Any) -> AsyncIterator[Platform]:
    """A router that polls the list often."""
    settings = {"interval_seconds": 0.02, **revocations}
    platform = Platform(folder, revocations=published, jwt={"revocations": settings})
    await platform.router.start()
    try:
        yield platform
    finally:
        await platform.router.stop()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""

    async def now() -> bool:
        return holds()

    await eventually(now)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + DEADLINE
    while not await holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def status(platform: Platform, bearer: str) -> int:
    return (await platform.post("{ hello }", headers={"authorization": bearer})).status


async def until_status(platform: Platform, bearer: str, wanted: int) -> None:
    async def reached() -> bool:
        return await status(platform, bearer) == wanted

    await eventually(reached)


async def test_tokens_of_a_session_or_of_a_user_until_a_time(tmp_path: Path) -> None:
    published = Published()
    async with running(tmp_path, published) as platform:
        bearer = platform.issuer.bearer
        first, second = bearer(sid="s1", iat=NOW - 10), bearer(sid="s2", iat=NOW - 10)
        assert [await status(platform, one) for one in (first, second)] == [200, 200]
        published.revoke("u1", "s1")
        await until_status(platform, first, 401)
        assert await status(platform, second) == 200
        published.revoke("u1", at=NOW)
        await until_status(platform, second, 401)
        assert await status(platform, bearer(sid="s2", iat=NOW + 0.001)) == 200, "issued afterwards"
        assert await status(platform, bearer(sub="u2", iat=NOW - 10)) == 200
        assert await status(platform, bearer(sid="s3", iat=None)) == 401, "without a time of issue it may be old"
        async with Socket(platform) as socket:
            socket.send(type="connection_init", payload={"authorization": first})
            assert (await socket.closed()).code == 4403
        exposed = platform.router.engine.metrics.exposition()
        assert b'hanse_revocations{issuer="hanse-users"} 2.0' in exposed
        assert b'hanse_revocation_reads_total{issuer="hanse-users",outcome="ok"}' in exposed
        published.entries.clear()
        await until_status(platform, first, 200)


async def test_running_subscriptions_end_over_websocket(tmp_path: Path) -> None:
    published = Published()
    async with running(tmp_path, published) as platform, Socket(platform) as socket:
        await socket.init({"authorization": platform.issuer.bearer(sid="s1")})
        other = {"headers": {"authorization": platform.issuer.bearer(sub="u2")}}
        for key, extensions in (("mine", {}), ("other", other)):
            socket.send(type="subscribe", id=key, payload={"query": SILENT, "extensions": extensions})
        await until(lambda: platform.subgraphs["accounts"].streams == 2)
        published.revoke("u1", "s1")
        message = await socket.receive()
        assert (message["type"], message["id"]) == ("error", "mine")
        assert message["payload"][0]["extensions"]["code"] == ENDED
        await until(lambda: platform.subgraphs["accounts"].streams == 1)
        fresh = {"headers": {"authorization": platform.issuer.bearer(sid="s2")}}
        assert (await socket.run("subscription { tick(n: 1) }", key="again", extensions=fresh))[-1][
            "type"
        ] == "complete"


@pytest.mark.parametrize("accept", [SSE, MULTIPART], ids=["sse", "multipart"])
async def test_running_subscriptions_end_over_http(tmp_path: Path, accept: dict[str, str]) -> None:
    published = Published()
    async with running(tmp_path, published) as platform:
        headers = {**accept, "authorization": platform.issuer.bearer()}
        reply = asyncio.create_task(platform.post(SILENT, headers=headers))
        await until(lambda: platform.subgraphs["accounts"].streams == 1)
        published.revoke("u1")
        assert b'"code":"%s"' % ENDED.encode() in (await reply).parts[-1]


async def test_an_unavailable_list_stays_in_force_and_is_open_by_default(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    published = Published()
    published.revoke("u1")
    async with running(tmp_path, published, max_age_seconds=0.05) as platform:
        published.fails = True
        metrics = platform.router.engine.metrics
        failed = b'hanse_revocation_reads_total{issuer="hanse-users",outcome="failed"} 9.0'
        await until(lambda: failed in metrics.exposition())
        assert await status(platform, platform.issuer.bearer()) == 401
        assert await status(platform, platform.issuer.bearer(sub="u2")) == 200
        warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert len([one for one in warnings if "cannot read the revoked tokens" in one.getMessage()]) == 1


async def test_tokens_are_refused_with_a_stale_list_where_the_settings_say_so(tmp_path: Path) -> None:
    published = Published()
    published.fails = True  # from the start
    async with running(tmp_path, published, when_stale="closed", max_age_seconds=0.5) as platform:
        bearer = platform.issuer.bearer()
        reply = await platform.post("{ hello }", headers={"authorization": bearer})
        assert (reply.status, reply.codes) == (503, ["SERVICE_UNAVAILABLE"])
        assert (await platform.post("{ hello }")).status == 200, "the anonymous have no token"
        published.fails = False
        await until_status(platform, bearer, 200)
        published.fails = True
        await until_status(platform, bearer, 503)


async def test_a_list_is_fetched_again_when_it_has_changed(tmp_path: Path) -> None:
    content, seen = b'{"revoked": []}', list[str | None]()

    async def answer(request: web.Request) -> web.Response:
        etag = f'"{hash(content)}"'
        seen.append(request.headers.get("if-none-match"))
        if seen[-1] == etag:
            return web.Response(status=304)
        return web.Response(body=content, headers={"etag": etag})

    async with _server(answer) as url:
        source = HttpRevocations(url, RevocationSettings(max_list_bytes=1_000))
        assert await source.load() == content
        assert await source.load() is None
        content = b'{"revoked": [1]}'
        assert await source.load() == content
        content = b" " * 1_001
        with pytest.raises(OSError, match="larger"):
            await source.load()
    with pytest.raises(OSError, match=r"127\.0\.0\.1"):
        await source.load()


@pytest.mark.parametrize("document", [b"<html>", b"{}", b'{"revoked": 1}', b'{"revoked": [{"sub": 1}]}', b"[" * 9_999])
async def test_what_is_no_list_is_a_failure(document: bytes) -> None:
    class Odd:
        async def load(self) -> bytes:
            return document

    metrics = Metrics()
    revocations = Revocations(RevocationSettings(), {"a": Odd()}, metrics, TokenEnds(0))
    await revocations.start()
    await revocations.stop()
    assert b'hanse_revocation_reads_total{issuer="a",outcome="failed"} 1.0' in metrics.exposition()


async def test_a_large_list_does_not_stall_the_router() -> None:
    published = Published()
    for number in range(ENTRIES):
        published.revoke(f"{number:036}", f"{number:036}")
    document = json.dumps({"revoked": published.entries}, separators=(",", ":")).encode()
    assert len(document) > RevocationSettings().max_list_bytes * 0.9

    class Large:
        async def load(self) -> bytes:
            return document

    revocations = Revocations(RevocationSettings(), {"a": Large()}, Metrics(), TokenEnds(0))
    async with no_stall():
        await revocations.start()
    await revocations.stop()
    assert revocations.is_revoked(Principal(subject=f"{7:036}", session_id=f"{7:036}", issuer="a"))


ACTS = {
    "deactivation": "mutation ($id: ID!) { deactivateUser(id: $id) { id } }",
    "deletion": "mutation ($id: ID!) { deleteUser(id: $id) }",
    "a new role": "mutation ($id: ID!) { setRole(id: $id, role: ADMIN) { id } }",
}


@pytest.mark.timeout(120)
async def test_the_platform_refuses_tokens_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with harbour(tmp_path, monkeypatch) as platform:
        admin = await platform.admin()
        people = {name: await platform.registered(f"bosun{index}") for index, name in enumerate(ACTS)}
        leaver = await platform.registered("leaver")
        for person in (*people.values(), leaver):
            assert await person.codes("{ me { id } }") == []
        for name, person in people.items():
            await admin.data(ACTS[name], id=person.user_id)
        await leaver.data("mutation { logoutEverywhere }")
        began = time.monotonic()
        for person in (*people.values(), leaver):
            await _until_refused(person)
        assert time.monotonic() - began < 10
        assert await admin.codes("{ me { id } }") == []


@pytest.mark.timeout(180)
async def test_a_router_of_its_own_refuses_tokens_within_seconds(tmp_path: Path) -> None:
    with distributed(tmp_path, ["users"]) as (url, _):
        async with aiohttp.ClientSession() as http:
            anybody = Client(url, http)
            new = {"username": "bosun", "email": "bosun@example.org", "password": PASSWORD}
            made = (await anybody.data(REGISTER, input=new))["register"]
            other = (await anybody.data(LOGIN, login="bosun"))["login"]
            person = Client(url, http, made["accessToken"])
            assert (await person.data("{ me { id } }"))["me"]["id"] == made["user"]["id"]
            await Client(url, http, other["accessToken"]).data("mutation { logoutEverywhere }")

            async def refused() -> bool:
                return (await person.send("{ me { id } }"))[0] == 401

            await eventually(refused)
            again = (await anybody.data(LOGIN, login="bosun"))["login"]
            assert (await Client(url, http, again["accessToken"]).data("{ me { id } }"))["me"] is not None


async def _until_refused(person: Caller) -> None:
    async def refused() -> bool:
        return await person.codes("{ __typename }") == ["UNAUTHENTICATED"]

    await eventually(refused)


@asynccontextmanager
async def _server(answer: Any) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/list", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/list"
    finally:
        await runner.cleanup()
