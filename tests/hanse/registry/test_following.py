"""A real router that follows a real registry: publishes under traffic, signatures, rollback, usage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hanse.registry.server.keys import Scope
from hanse.registry.signing_files import create_signing_files
from hanse.registry.store import OperationUsage
from tests.hanse.registry.servers import RunningRegistry, running_registry
from tests.hanse.registry.stores import AUTHOR, PRODUCTION, publish
from tests.router.platform import ACCOUNTS, SCORES, Platform
from tests.router.registry.fake import until

WITHOUT_HELLO = ACCOUNTS.replace("  hello: String!\n", "")
WITH_ANSWER = ACCOUNTS.replace("  hello: String!\n", "  hello: String! answer: Int\n")
WEB = {"apollographql-client-name": "web", "apollographql-client-version": "1.2"}


class Following:
    """A registry with a graph, and a router that follows it."""

    def __init__(self, registry: RunningRegistry, folder: Path) -> None:
        self.store = registry.store(registry.create_key())
        publish(self.store, "accounts", ACCOUNTS, url="http://accounts/graphql")
        publish(self.store, "scores", SCORES, url="http://scores/graphql")
        self.platform = Platform(
            folder,
            supergraph_url=f"{registry.url}/api/graphs/shop/variants/production/supergraph",
            supergraph={
                "api_key": registry.create_key(Scope.READ, Scope.REPORT, graphs=["shop"]),
                "public_keys": folder / "public.json",
                "interval_seconds": 0.05,
                "copy_folder": folder / "copies",
            },
            usage={"enabled": True, "interval_seconds": 0.05},
        )

    @property
    def version(self) -> float:
        """The version that the router serves."""
        found = self.platform.router.engine.metrics.registry.get_sample_value("hanse_supergraph_version")
        assert found is not None
        return found

    async def operations(self) -> tuple[OperationUsage, ...]:
        """The usage in the registry."""
        return await asyncio.to_thread(self.store.operations, "production")


@pytest.fixture
async def following(tmp_path: Path) -> AsyncIterator[Following]:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    create_signing_files(private=private, public=public)
    with running_registry(tmp_path, signing_key_file=private) as registry:
        made = await asyncio.to_thread(Following, registry, tmp_path)
        await made.platform.router.start()
        try:
            yield made
        finally:
            await made.platform.router.stop()


async def test_a_router_follows_publishes_without_a_failed_request(following: Following) -> None:
    assert following.version == 2
    statuses: list[int] = []
    done = asyncio.Event()

    async def traffic() -> None:
        while not done.is_set():
            statuses.append((await following.platform.post("{ hello }", headers=WEB)).status)
            await asyncio.sleep(0.005)

    sending = asyncio.create_task(traffic())
    try:
        await until(lambda: len(statuses) > 5)
        await asyncio.to_thread(publish, following.store, "accounts", WITH_ANSWER)
        await until(lambda: following.version == 3)
        seen = len(statuses)
        await until(lambda: len(statuses) > seen + 5)
    finally:
        done.set()
        await sending
    assert set(statuses) == {200}
    assert (await following.platform.post("{ answer }")).status == 200

    async def all_are_counted() -> bool:
        counts = {(one.signature, one.client): one.count for one in await following.operations()}
        return counts.get(("query { hello }", "web")) == len(statuses)

    await until(all_are_counted)


async def test_a_rollback_reaches_the_router(following: Following) -> None:
    await asyncio.to_thread(publish, following.store, "accounts", WITHOUT_HELLO)
    await until(lambda: following.version == 3)
    assert (await following.platform.post("{ hello }")).status == 400
    await asyncio.to_thread(following.store.rollback, "production", 2, AUTHOR)
    await until(lambda: following.version == 4)
    assert (await following.platform.post("{ hello }")).status == 200
    assert (await asyncio.to_thread(following.store.current, PRODUCTION)).number == 4
