"""A new supergraph while the router runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hanse_router.app import create_router
from hanse_router.settings import RouterSettings
from hanse_schema.supergraph import InvalidSupergraphError
from hanse_wire.settings import SettingsError
from tests.router.platform import ACCOUNTS, Platform, supergraph_sdl

WITHOUT_HELLO = ACCOUNTS.replace("  hello: String!\n", "")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(500):
        if await condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not happen")


async def test_the_file_is_watched(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text(supergraph_sdl())
    platform = Platform(tmp_path, file, reload_seconds=0.02)
    metrics = platform.router.engine.metrics
    await platform.router.start()

    async def status() -> int:
        return (await platform.post("{ hello }")).status

    async def gone() -> bool:
        return await status() == 400

    async def failed() -> bool:
        return metrics.reloads.labels("failed").value == 1

    async def back() -> bool:
        return await status() == 200

    try:
        assert await status() == 200
        file.write_text(supergraph_sdl(WITHOUT_HELLO))
        await until(gone)
        file.write_text("type Query { nothing: Int }")
        await until(failed)
        assert "was not reloaded" in caplog.text
        assert await status() == 400
        file.unlink()
        await asyncio.sleep(0.05)
        assert await status() == 400
        file.write_text(supergraph_sdl())
        await until(back)
        assert metrics.reloads.labels("ok").value == 2
    finally:
        await platform.router.stop()


async def test_what_runs_goes_on_over_the_supergraph_it_began_with(platform: Platform) -> None:
    running = asyncio.create_task(platform.post("{ slow hello }"))
    await asyncio.sleep(0.1)
    platform.router.engine.serve(supergraph_sdl(WITHOUT_HELLO))
    assert (await platform.post("{ hello }")).status == 400
    assert (await running).json == {"data": {"slow": 1, "hello": "world"}}


async def test_documents_in_use_are_ready_before_the_new_supergraph_serves(platform: Platform) -> None:
    metrics = platform.router.engine.metrics
    queries = ["{ hello }", "{ caller }", "{ me { score } secret }"]
    for query in queries:
        await platform.post(query)
    await platform.router.engine.reload(supergraph_sdl(WITHOUT_HELLO))
    misses = metrics.document_misses.value
    assert (await platform.post("{ caller }")).json == {"data": {"caller": "nobody"}}
    assert (await platform.post("{ me { score } secret }")).json["data"] == {"me": {"score": 15}, "secret": None}
    assert metrics.document_misses.value == misses
    assert (await platform.post("{ hello }")).status == 400


async def test_a_broken_field_set_leaves_the_supergraph_in_service(platform: Platform) -> None:
    broken = supergraph_sdl().replace('key: "id email"', 'key: "id ("')
    with pytest.raises(InvalidSupergraphError, match="'id \\(' is not a field set"):
        await platform.router.engine.reload(broken)
    assert (await platform.post("{ hello }")).status == 200


async def test_requests_are_answered_while_a_supergraph_is_made(platform: Platform) -> None:
    reloading = asyncio.create_task(platform.router.engine.reload(supergraph_sdl(WITHOUT_HELLO)))
    statuses = []
    while not reloading.done():
        statuses.append((await platform.post("{ hello }")).status)
        await asyncio.sleep(0)
    await reloading
    assert statuses[0] == 200
    assert (await platform.post("{ hello }")).status == 400


def test_what_is_wrong_is_told_before_anything_starts(tmp_path: Path) -> None:
    settings = RouterSettings.load(None, identity={"key_file": tmp_path / "key.json"})
    with pytest.raises(InvalidSupergraphError):
        create_router(settings, "type Query { a: Int }")
    limits = RouterSettings.load(
        None, identity={"key_file": tmp_path / "key.json"}, rate_limits={"fields": {"Query.none": {"max": 1}}}
    )
    with pytest.raises(SettingsError, match=r"rate_limits\.fields\.Query\.none"):
        create_router(limits, supergraph_sdl())


async def test_the_lifespan(platform: Platform) -> None:
    to_router: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    sent: list[str] = []

    async def send(message: dict[str, str]) -> None:
        sent.append(message["type"])

    task = asyncio.create_task(platform.router({"type": "lifespan"}, to_router.get, send))  # type: ignore[arg-type]
    to_router.put_nowait({"type": "lifespan.startup"})
    await asyncio.sleep(0.01)
    assert sent == ["lifespan.startup.complete"]
    assert (await platform.post("{ hello }")).status == 200
    to_router.put_nowait({"type": "lifespan.shutdown"})
    await asyncio.wait_for(task, 5)
    assert sent[1:] == ["lifespan.shutdown.complete"]
