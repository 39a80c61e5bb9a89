"""A bucket: what its links let be done, and what is said where it cannot be used."""

from __future__ import annotations

import time
from datetime import timedelta

import aiohttp
import pytest

from deploy.servers.base import ServerProcess, free_port
from deploy.servers.s3 import SECRET_KEY, S3Server
from hanse_subgraph.clock import utc_now
from hanse_subgraph.storage.protocol import ObjectMissing, Presigned, Served, StoreUnavailable
from hanse_subgraph.storage.s3 import S3Store
from hanse_subgraph.storage.s3_url import read_url
from hanse_wire.settings import SettingsError
from tests.kit.storage.test_contract import pieces, whole

PICTURE = Served('ein "Bild" é.png', "image/png", inline=True)
SOON = timedelta(minutes=15)


async def sent(link: Presigned, content: bytes, **headers: str) -> int:
    """The status of sending the content as the link says, unless other headers are given."""
    async with (
        aiohttp.ClientSession() as http,
        http.request(link.method, link.url, data=content, headers=headers or dict(link.headers)) as answer,
    ):
        return answer.status


async def test_a_link_lets_just_this_be_put(store: S3Store) -> None:
    link = await store.presign_upload("incoming/a1", size=7, content_type="image/png", expires=utc_now() + SOON)
    assert await sent(link, b"Hamburg!") == 403
    assert await sent(link, b"Hamburg", **{"content-type": "text/html"}) == 403
    assert await sent(Presigned("PUT", link.url.replace("a1?", "a2?"), link.headers), b"Hamburg") == 403
    assert await sent(Presigned("GET", link.url), b"") == 403
    with pytest.raises(ObjectMissing):
        await store.size("incoming/a1")
    assert await sent(link, b"Hamburg") == 200
    assert await whole(store.open("incoming/a1")) == b"Hamburg"


async def test_a_link_hands_an_object_out_as_told(store: S3Store) -> None:
    await store.put("files/a1", pieces(b"Hamburg"), content_type="text/html")
    link = await store.presign_download("files/a1", PICTURE, expires=utc_now() + SOON)
    async with aiohttp.ClientSession() as http:
        async with http.get(link.url) as answer:
            assert (answer.status, await answer.read()) == (200, b"Hamburg")
            assert answer.headers["content-type"] == "image/png"
            assert answer.headers["content-disposition"] == PICTURE.disposition
            assert "immutable" in answer.headers["cache-control"]
        async with http.get(link.url, headers={"range": "bytes=0-2"}) as answer:
            assert (answer.status, await answer.read()) == (206, b"Ham")
        async with http.get(link.url.replace("inline", "attachment")) as answer:
            assert answer.status == 403
        async with http.get(link.url.partition("?")[0]) as answer:
            assert answer.status == 403
    over = await store.presign_download("files/a1", PICTURE, expires=utc_now() - timedelta(seconds=1))
    assert await sent(over, b"") == 403


async def test_browsers_may_know_another_endpoint(store: S3Store, s3_server: S3Server) -> None:
    await store.put("files/a1", pieces(b"Hamburg"), content_type="text/plain")
    public = f"http://localhost:{s3_server.port}"
    elsewhere = S3Store(read_url(f"{s3_server.url}&public_endpoint={public}", {}))
    async with elsewhere.opened():
        link = await elsewhere.presign_download("files/a1", PICTURE, expires=utc_now() + SOON)
    assert link.url.startswith(f"{public}/hanse-media/files/a1?")
    assert await sent(link, b"") == 200
    internal = link.url.replace(public, s3_server.endpoint)
    assert await sent(Presigned("GET", internal), b"") == 403, "signed for the other name"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("{url}", "refuses the access key 'hanse-local'"),
        ("s3://nobody:s3cret@hanse-media?endpoint={endpoint}&region=eu-central-1", "refuses the access key 'nobody'"),
        ("s3://hanse-local:{secret}@nowhere?endpoint={endpoint}&region=eu-central-1", "there is no bucket 'nowhere'"),
        ("s3://hanse-local:{secret}@hanse-media?endpoint={away}", "cannot reach the object store at {away}"),
    ],
)
async def test_a_bucket_that_cannot_be_used_is_told_at_the_start(s3_server: S3Server, url: str, said: str) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    wrong = s3_server.url.replace(SECRET_KEY, "s3cret")
    given = {"url": wrong, "endpoint": s3_server.endpoint, "secret": SECRET_KEY, "away": away}
    began = time.monotonic()
    with pytest.raises(SettingsError) as refused:
        async with S3Store(read_url(url.format(**given), {})).opened():
            raise AssertionError("it was used")
    assert said.format(**given) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert SECRET_KEY not in str(refused.value)
    assert time.monotonic() - began < 25


async def test_a_bucket_that_goes_away_says_so_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("s3-of-its-own")
    server = S3Server(folder)
    with ServerProcess(server, folder / "log") as process:
        store = S3Store(read_url(f"{server.url}&timeout=2", {}))
        async with store.opened():
            await store.put("files/a1", pieces(b"Hamburg"), content_type="text/plain")
            process.stop()
            with pytest.raises(StoreUnavailable) as away:
                await store.size("files/a1")
            with pytest.raises(StoreUnavailable):
                await store.put("files/a2", pieces(b"Kiel"), content_type="text/plain")
            assert SECRET_KEY not in str(away.value)
            process.start()
            assert await whole(store.open("files/a1")) == b"Hamburg"
