"""Responses kept in memory; and that nothing is kept unless the settings say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.router.caching.response_contract import ResponseContract, StoreSettings, shop
from tests.router.caching.world import CachingPlatform

__all__ = ["shop"]


class TestResponses(ResponseContract):
    @pytest.fixture
    def store(self) -> StoreSettings:
        return {}


async def test_nothing_is_kept_unless_the_settings_say_so(tmp_path: Path) -> None:
    platform = CachingPlatform(tmp_path, response_cache={"enabled": False})
    replies = [await platform.post("{ asked }") for _ in range(2)]
    assert [reply.json["data"]["asked"] for reply in replies] == [1, 2]
    assert "cache-control" not in replies[0].headers


async def test_a_response_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    platform = CachingPlatform(tmp_path, response_cache={"enabled": True, "max_response_bytes": 10})
    assert [(await platform.post("{ asked }")).json["data"]["asked"] for _ in range(2)] == [1, 2]
