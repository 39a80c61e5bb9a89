"""A router that follows a registry: new versions, refusals, an unavailable registry, the copy on disk."""

from __future__ import annotations

import asyncio
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from hanse_router.registry.address import SupergraphUrl
from hanse_wire.settings import SettingsError
from hanse_wire.signing_keys import SigningKey, new_jwk
from tests.router.platform import ACCOUNTS, Platform, supergraph_sdl
from tests.router.registry.conftest import RouterOf
from tests.router.registry.fake import KEY, PATH, FakeRegistry, until

WITHOUT_HELLO = ACCOUNTS.replace("  hello: String!\n", "")


async def hello(platform: Platform) -> int:
    """The status of a query whose field version 2 does not have: 200 before, 400 after."""
    return (await platform.post("{ hello }")).status


def metric(platform: Platform, name: str, **labels: str) -> float:
    value = platform.router.engine.metrics.registry.get_sample_value(name, labels)
    assert value is not None, name
    return value


async def ready(platform: Platform) -> tuple[int, dict[str, Any]]:
    reply = await platform.send("GET", "/health/ready")
    return reply.status, reply.json


async def test_a_new_version_is_served(registry: FakeRegistry, router_of: RouterOf) -> None:
    platform = router_of()
    await platform.router.start()
    assert await hello(platform) == 200
    registry.publish(supergraph_sdl(WITHOUT_HELLO), 2)
    await until(lambda: metric(platform, "hanse_supergraph_version") == 2)
    assert await hello(platform) == 400
    await until(lambda: (None, 304) in registry.polls)
    status, state = await ready(platform)
    assert (status, state["supergraph"]["version"], state["supergraph"]["source"]) == (200, 2, "registry")
    assert metric(platform, "hanse_supergraph_polls_total", outcome="new") == 2
    assert metric(platform, "hanse_supergraph_poll_age_seconds") < 5


async def test_a_rollback_is_a_new_version(registry: FakeRegistry, router_of: RouterOf) -> None:
    platform = router_of()
    await platform.router.start()
    registry.publish(supergraph_sdl(WITHOUT_HELLO), 2)
    await until(lambda: metric(platform, "hanse_supergraph_version") == 2)
    registry.publish(supergraph_sdl(), 3)
    await until(lambda: metric(platform, "hanse_supergraph_version") == 3)
    assert await hello(platform) == 200


async def test_a_restored_registry_has_a_lower_version_and_a_newer_signature(
    registry: FakeRegistry, router_of: RouterOf
) -> None:
    registry.publish(supergraph_sdl(WITHOUT_HELLO), 7, iat=time.time() - 60)
    platform = router_of()
    await platform.router.start()
    registry.publish(supergraph_sdl(), 4)
    await until(lambda: metric(platform, "hanse_supergraph_version") == 4)
    assert await hello(platform) == 200


NOW = time.time()
REFUSED: dict[str, dict[str, Any]] = {
    "SUPERGRAPH_NOT_ASKED_FOR": {"variant": "staging"},
    "SUPERGRAPH_ALTERED": {"sha256": "0" * 64},
    "SUPERGRAPH_FROM_FUTURE": {"iat": int(NOW) + 86_400},
}


@pytest.mark.parametrize("code", REFUSED)
async def test_what_is_signed_for_something_else_is_refused(
    registry: FakeRegistry, router_of: RouterOf, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    platform = router_of()
    await platform.router.start()
    registry.publish(supergraph_sdl(WITHOUT_HELLO), 2, **REFUSED[code])
    await until(lambda: metric(platform, "hanse_supergraph_polls_total", outcome="refused") > 1)
    assert await hello(platform) == 200
    assert f"[{code}]" in caplog.text
    assert caplog.text.count("no supergraph from") == 1  # not at each poll
    status, state = await ready(platform)
    assert status == 200
    assert code in state["supergraph"]["reason"]


@pytest.mark.parametrize(
    ("version", "iat"),
    [(1, NOW - 10), (3, NOW - 4_000)],
    ids=["an older version", "signed long before"],
)
async def test_an_older_supergraph_that_is_sent_again_is_refused(
    registry: FakeRegistry, router_of: RouterOf, version: int, iat: float
) -> None:
    registry.publish(supergraph_sdl(WITHOUT_HELLO), 2, iat=NOW)
    platform = router_of()
    await platform.router.start()
    registry.publish(supergraph_sdl(), version, iat=iat)
    await until(lambda: metric(platform, "hanse_supergraph_polls_total", outcome="refused") > 0)
    assert await hello(platform) == 400
    assert "SUPERGRAPH_REPLAYED" in (await ready(platform))[1]["supergraph"]["reason"]
    await platform.router.stop()

    again = router_of()  # the copy on disk says what was in service before the restart
    await again.router.start()
    assert await hello(again) == 400


async def test_a_clock_that_was_set_back_a_little(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.publish(supergraph_sdl(WITHOUT_HELLO), 2, iat=NOW)
    platform = router_of()
    await platform.router.start()
    registry.publish(supergraph_sdl(), 3, iat=NOW - 100)
    await until(lambda: metric(platform, "hanse_supergraph_version") == 3)


async def test_keys_are_rotated_without_a_restart(registry: FakeRegistry, router_of: RouterOf, tmp_path: Path) -> None:
    platform = router_of()
    await platform.router.start()
    registry.jwk = new_jwk()
    registry.signs_with = SigningKey(registry.jwk)
    registry.publish(supergraph_sdl(WITHOUT_HELLO), 2)
    await until(lambda: metric(platform, "hanse_supergraph_polls_total", outcome="refused") > 0)
    assert await hello(platform) == 200
    (tmp_path / "keys.json").write_bytes(registry.public_keys)
    await until(lambda: metric(platform, "hanse_supergraph_version") == 2)


async def test_without_a_signature(registry: FakeRegistry, router_of: RouterOf) -> None:
    registry.signs_with = None
    with pytest.raises(SettingsError, match="SIGNATURE_MISSING"):
        await router_of().router.start()
    unsigned = router_of(supergraph={"public_keys": None})
    await unsigned.router.start()
    assert await hello(unsigned) == 200


async def test_what_is_no_supergraph_is_refused(registry: FakeRegistry, router_of: RouterOf) -> None:
    platform = router_of()
    await platform.router.start()
    for number, sdl in enumerate(["type Query { a: Int }", "{", "", "\ud800".encode("utf-8", "replace").decode()], 2):
        before = metric(platform, "hanse_supergraph_polls_total", outcome="refused")
        registry.publish(sdl, number)
        await until(lambda: metric(platform, "hanse_supergraph_polls_total", outcome="refused") > before + 1)  # noqa: B023
        assert await hello(platform) == 200


async def test_a_supergraph_that_is_too_large(registry: FakeRegistry, router_of: RouterOf) -> None:
    with pytest.raises(SettingsError, match="larger than 1000 bytes"):
        await router_of(supergraph={"max_bytes": 1_000}).router.start()


@pytest.mark.parametrize(
    ("status", "said"), [(401, "supergraph.api_key"), (404, "no supergraph at this URL"), (302, "redirects")]
)
async def test_a_registry_that_refuses_the_router(
    registry: FakeRegistry, router_of: RouterOf, status: int, said: str
) -> None:
    registry.fails = status
    with pytest.raises(SettingsError, match=said) as refused:
        await router_of().router.start()
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("how", ["status", "timeout"])
async def test_a_registry_that_is_unavailable_at_the_start(
    registry: FakeRegistry, router_of: RouterOf, how: str
) -> None:
    registry.fails, registry.hangs = (503, False) if how == "status" else (0, True)
    platform = router_of(supergraph={"timeout_seconds": 0.1})
    await platform.router.start()
    status, state = await ready(platform)
    assert (status, state["status"], state["supergraph"]["source"]) == (503, "not ready", None)
    assert (await platform.post("{ hello }")).codes == ["SERVICE_UNAVAILABLE"]
    registry.fails, registry.hangs = 0, False

    async def serves() -> bool:
        return (await ready(platform))[0] == 200

    await until(serves)
    assert await hello(platform) == 200


async def test_the_copy_serves_while_the_registry_is_unavailable(
    registry: FakeRegistry, router_of: RouterOf, tmp_path: Path
) -> None:
    platform = router_of()
    await platform.router.start()
    await platform.router.stop()
    (copy,) = (tmp_path / "copies").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    registry.fails = 503
    again = router_of()
    await again.router.start()
    assert await hello(again) == 200
    status, state = await ready(again)
    assert (status, state["supergraph"]["source"], state["supergraph"]["reason"]) == (200, "copy", "status 503")
    assert metric(again, "hanse_supergraph_from_copy") == 1
    registry.fails = 0
    await until(lambda: metric(again, "hanse_supergraph_from_copy") == 0)
    assert registry.polls[-1][1] == 304  # the copy knows its entity tag


async def test_a_copy_that_was_changed_is_not_used(
    registry: FakeRegistry, router_of: RouterOf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    platform = router_of()
    await platform.router.start()
    await platform.router.stop()
    (copy,) = (tmp_path / "copies").iterdir()
    registry.fails = 503
    for content in (copy.read_text().replace("hello", "hullo"), "", "{}", "[" * 100_000):
        copy.write_text(content)
        changed = router_of()
        await changed.router.start()
        assert (await ready(changed))[0] == 503
    assert "SUPERGRAPH_ALTERED" in caplog.text
    assert "cannot be read" in caplog.text


async def test_no_request_fails_while_versions_change(registry: FakeRegistry, router_of: RouterOf) -> None:
    platform = router_of()
    await platform.router.start()
    statuses: list[int] = []
    over = asyncio.Event()

    async def requests() -> None:
        while not over.is_set():
            statuses.append((await platform.post("{ caller me { id score } }")).status)
            await asyncio.sleep(0)

    sending = [asyncio.create_task(requests()) for _ in range(4)]
    for number in range(2, 6):
        registry.publish(supergraph_sdl(WITHOUT_HELLO if number % 2 else ACCOUNTS), number)
        await until(lambda: metric(platform, "hanse_supergraph_version") == number)  # noqa: B023
    over.set()
    await asyncio.gather(*sending)
    assert set(statuses) == {200}
    assert platform.router.engine.metrics.document_misses.value <= 4  # prepared before each switch


def test_urls() -> None:
    for text in (f"https://r.example{PATH}", f"https://r.example{PATH}/supergraph", f"https://r.example{PATH}/"):
        url = SupergraphUrl.parse(text)
        assert url.url == f"https://r.example{PATH}/supergraph"
        assert (url.graph, url.variant, url.usage) == ("shop", "production", f"https://r.example{PATH}/usage")
        assert url.of_branch("a b/c") == f"{url.url}?branch=a%20b%2Fc"
    other = SupergraphUrl.parse("http://files.example/s.graphql?x=1")
    assert (other.url, other.usage, other.graph) == ("http://files.example/s.graphql?x=1", None, None)
    for wrong in ("http://", "https://user:pass@r.example/x"):
        with pytest.raises(SettingsError, match="--supergraph"):
            SupergraphUrl.parse(wrong)


async def test_settings_that_do_not_fit(registry: FakeRegistry, router_of: RouterOf, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"supergraph\.graph"):
        router_of(url=f"{registry.url}/any.graphql")
    for content in (b"", b"{}"):
        (tmp_path / "wrong.json").write_bytes(content)
        with pytest.raises(SettingsError, match=r"supergraph\.public_keys"):
            router_of(supergraph={"public_keys": tmp_path / "wrong.json"})
    with pytest.raises(SettingsError, match="api_key_file"):
        await router_of(supergraph={"api_key_file": tmp_path / "none"}).router.start()
