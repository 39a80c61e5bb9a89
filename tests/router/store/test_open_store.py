"""Which store a URL chooses, and what is said of one that is none."""

from __future__ import annotations

import pytest

from hanse_router.settings import RouterSettings
from hanse_router.store import Store, open_store
from hanse_router.store.memory import MemoryStore
from hanse_router.store.redis import RedisStore
from hanse_router.telemetry.metrics import Metrics
from hanse_wire.settings import SettingsError


def opened(url: str) -> Store:
    return open_store(RouterSettings.load(None, store={"url": url}), Metrics())


async def test_the_url_chooses() -> None:
    assert isinstance(opened("memory:"), MemoryStore)
    for scheme in ("redis", "rediss", "redis+cluster", "rediss+cluster"):
        store = opened(f"{scheme}://user:pass%20word@127.0.0.1:1")
        assert isinstance(store, RedisStore)
        await store.close()
    for rest in ("", "/", "/3", "?socket_keepalive=true"):
        await opened(f"redis://127.0.0.1:1{rest}").close()


@pytest.mark.parametrize(
    "url",
    ["", "memory", "redis:", "redis://", "http://h:1", "postgresql+cluster://h:1", "redis://:s3cret@h:99999",
     "redis://:s3cret@h:no", "redis://:s3cret@h/name", "redis://:s3cret@[h", "redis://:s3cret@h?bogus=1",
     "redis+cluster://:s3cret@h?bogus=1", "redis://:s3cret@h?port=x&socket_timeout=y"],
)  # fmt: skip
def test_a_url_that_is_none_is_told_in_one_line_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match=r"setting store\.url ") as refused:
        opened(url)
    assert "\n" not in str(refused.value)
    assert "s3cret" not in str(refused.value)
