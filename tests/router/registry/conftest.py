"""A running registry, and routers that follow it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.router.platform import Platform, supergraph_sdl
from tests.router.registry.fake import KEY, FakeRegistry, fake_registry

RouterOf = Callable[..., Platform]


@pytest.fixture
async def registry() -> AsyncIterator[FakeRegistry]:
    async with fake_registry() as running:
        running.publish(supergraph_sdl(), 1)
        yield running


@pytest.fixture
async def router_of(registry: FakeRegistry, tmp_path: Path) -> AsyncIterator[RouterOf]:
    """Makes routers that follow the registry and verify its signatures; they are stopped at the end."""
    made: list[Platform] = []
    keys = tmp_path / "keys.json"
    keys.write_bytes(registry.public_keys)

    def make(**settings: Any) -> Platform:
        supergraph = {
            "api_key": KEY,
            "public_keys": keys,
            "interval_seconds": 0.02,
            "max_retry_seconds": 0.02,
            "copy_folder": tmp_path / "copies",
            **settings.pop("supergraph", {}),
        }
        url = settings.pop("url", registry.supergraph_url)
        platform = Platform(tmp_path, supergraph_url=url, supergraph=supergraph, **settings)
        made.append(platform)
        return platform

    yield make
    for platform in made:
        await platform.router.stop()
