"""Announcements in memory, and which URLs choose what carries them."""

from __future__ import annotations

import pytest

from hanse_subgraph.pubsub.announcements import Announcements
from hanse_subgraph.pubsub.open import open_announcements
from hanse_subgraph.pubsub.redis import RedisAnnouncements
from hanse_wire.settings import SettingsError


async def test_whoever_waits_is_woken_once() -> None:
    announcements = open_announcements("memory:", "boxes")
    first = announcements.next()
    assert first is announcements.next()
    assert not first.is_set()
    announcements.announce()
    assert first.is_set()
    assert not announcements.next().is_set()
    assert not announcements.carriers()


async def test_the_url_chooses() -> None:
    assert type(open_announcements("memory:", "boxes")) is Announcements
    for url in ("redis://127.0.0.1:1", "rediss://user:word@h/2"):
        chosen = open_announcements(url, "boxes")
        assert isinstance(chosen, RedisAnnouncements)
        first = chosen.next()
        chosen.announce()
        assert first.is_set(), "this process needs no Redis"


@pytest.mark.parametrize(
    "url", ["", "memory", "redis://", "kafka://h", "redis+cluster://h", "redis://:s3c/ret@h", "redis://:s3c@h?bogus=1"]
)
def test_a_url_that_is_none_is_told_in_one_line_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="setting HANSE_BOXES_LIVE_URL") as refused:
        open_announcements(url, "boxes")
    assert "\n" not in str(refused.value)
    assert "s3c" not in str(refused.value)
