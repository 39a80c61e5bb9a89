"""Objects in a folder: whole or not at all, in ranges, and by URLs that nobody can change."""

from __future__ import annotations

import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse_subgraph.storage.local import LocalStore
from hanse_subgraph.storage.open import open_store
from hanse_subgraph.storage.protocol import Served, StoreUnavailable
from hanse_subgraph.storage.signing import Secret, WrongSignature, sign, verify
from hanse_wire.settings import SettingsError
from tests.kit.storage.test_contract import Kept, pieces

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)
PICTURE = Served("ein Bild é.png", "image/png", inline=True)


@pytest.mark.parametrize("key", ["../a", "/etc/passwd", "files/../../a", "files/.hidden", "files//a", "", "a\n", "A"])
async def test_a_key_leads_nowhere_else(store: LocalStore, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await store.put(key, pieces(b"x"), content_type="text/plain")


def query_of(url: str) -> dict[str, str]:
    """What a URL's query says."""
    return dict(parse_qsl(urlsplit(url).query))


async def test_a_signed_url_says_what_may_be_done(store: LocalStore) -> None:
    put = await store.presign_upload("incoming/a1", size=7, content_type="image/png", expires=LATER)
    assert (put.method, put.headers) == ("PUT", {"content-type": "image/png"})
    assert put.url.startswith("https://files.example/files/objects/incoming/a1?")
    assert store.upload_of("incoming/a1", query_of(put.url), NOW) == (7, "image/png")
    got = await store.presign_download("files/a1", PICTURE, expires=LATER)
    assert store.download_of("files/a1", query_of(got.url), NOW) == (PICTURE, 900)


async def test_a_signed_url_is_good_for_nothing_else(store: LocalStore) -> None:
    query = query_of((await store.presign_upload("incoming/a1", size=7, content_type="image/png", expires=LATER)).url)
    for changed in ({"size": "8"}, {"expires": "9999999999"}, {"signature": ""}, {"more": "1"}, {"type": "text/html"}):
        with pytest.raises(WrongSignature, match="not valid"):
            store.upload_of("incoming/a1", query | changed, NOW)
    with pytest.raises(WrongSignature, match="not valid"):
        store.upload_of("incoming/a2", query, NOW)
    with pytest.raises(WrongSignature, match="not valid"):
        store.download_of("incoming/a1", query, NOW)
    with pytest.raises(WrongSignature, match="not valid"):
        store.upload_of("incoming/a1", {}, NOW)
    with pytest.raises(WrongSignature, match="expired"):
        store.upload_of("incoming/a1", query, LATER)


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_no_two_statements_share_a_signature(one: dict[str, str], other: dict[str, str]) -> None:
    reserved = {"signature", "expires"}
    said, forged = ({k: v for k, v in given_.items() if k not in reserved} for given_ in (one, other))
    query = dict(parse_qsl(sign(b"s" * 32, "GET", "a", said, LATER), keep_blank_values=True))
    stolen = {**forged, "expires": query["expires"], "signature": query["signature"]}
    if forged == said:
        assert verify(b"s" * 32, "GET", "a", stolen, NOW) == {**said, "expires": query["expires"]}
    else:
        with pytest.raises(WrongSignature):
            verify(b"s" * 32, "GET", "a", stolen, NOW)


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret.key"
    first, second = Secret(path), Secret(path)
    first.open()
    second.open()
    assert first.value == second.value
    assert len(first.value) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"short")
    with pytest.raises(SettingsError, match="holds no signing secret"):
        Secret(path).open()


def test_unknown_stores_are_refused(tmp_path: Path) -> None:
    secret = Secret(tmp_path / "secret.key")
    assert isinstance(open_store(tmp_path.as_uri(), public_url="", secret=secret), LocalStore)
    with pytest.raises(SettingsError, match="not the URL of an object store"):
        open_store("ftp://example/files", public_url="", secret=secret)


async def test_a_disk_that_takes_no_more_is_said_in_one_line_and_leaves_nothing(store: LocalStore, kept: Kept) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(StoreUnavailable, match=r"cannot write objects to .*; check its permissions and free space"):
            await store.put("files/a1", pieces(bytes(200_000)), content_type="text/plain")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert await kept() == []
    assert await store.put("files/a1", pieces(bytes(200_000)), content_type="text/plain") == 200_000
