"""Buckets by URL, where their credentials come from, and the URLs that they sign."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hanse_subgraph.storage.open import open_store
from hanse_subgraph.storage.protocol import Served
from hanse_subgraph.storage.s3 import S3Store
from hanse_subgraph.storage.s3_url import read_url
from hanse_subgraph.storage.signing import Secret
from hanse_wire.settings import SettingsError

NOW = datetime(2026, 5, 1, 12, 20, tzinfo=UTC)
PICTURE = Served("a.png", "image/png", inline=True)
ROLE = {
    "AccessKeyId": "OF-A-ROLE",
    "SecretAccessKey": "s3cret",
    "Token": "t0ken",
    "Expiration": "2999-01-01T00:00:00Z",
}


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the credentials of this machine."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "REGION", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@asynccontextmanager
async def endpoint() -> AsyncIterator[str]:
    """A store that accepts every request, and gives the keys of a role."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(ROLE) if request.path == "/role" else web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def query_of(url: str) -> Mapping[str, str]:
    """The parameters of a URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_amazon_s_own_needs_a_name_alone() -> None:
    bucket = read_url("s3://pictures", {"AWS_REGION": "eu-west-1"})
    assert (bucket.name, bucket.region, bucket.endpoint, bucket.path_style) == ("pictures", "eu-west-1", None, False)
    assert (bucket.access_key, bucket.secret_key) == (None, None)


def test_other_stores_are_named_by_their_endpoint() -> None:
    url = "s3://me:p%2Fw%2B@pictures?endpoint=http://minio:9000/&public_endpoint=https://files.example&timeout=5"
    bucket = read_url(url, {})
    assert (bucket.endpoint, bucket.path_style, bucket.timeout) == ("http://minio:9000", True, 5.0)
    assert bucket.public_endpoint == "https://files.example"
    assert (bucket.access_key, bucket.secret_key) == ("me", "p/w+")
    assert "p/w+" not in repr(bucket)
    from_environment = read_url("s3://Pictures_1?style=virtual", {"AWS_ENDPOINT_URL_S3": "http://minio:9000"})
    assert (from_environment.name, from_environment.path_style) == ("Pictures_1", False)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("s3:///folder", "names no bucket"),
        ("s3://b/folder", "names no bucket"),
        ("s3://me@b", "one of two keys"),
        ("s3://b?endpoint=minio:9000", "option endpoint of the object store's URL is no endpoint"),
        ("s3://b?public_endpoint=ftp://x", "option public_endpoint"),
        ("s3://b?style=paths", "use one of path, virtual"),
        ("s3://b?timeout=0", "use a number of seconds up to 300"),
        ("s3://b?bucket=c", "unknown option 'bucket'"),
    ],
)
def test_a_url_that_makes_no_sense_is_refused_in_one_line(url: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_url(url, {})
    assert problem in str(refused.value)


def test_a_store_is_chosen_by_its_scheme(tmp_path: Path) -> None:
    assert isinstance(open_store("s3://b", public_url="", secret=Secret(tmp_path / "none")), S3Store)


async def test_without_credentials_nothing_begins() -> None:
    async with endpoint() as url:
        with pytest.raises(SettingsError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
            async with S3Store(read_url(f"s3://b?endpoint={url}", {})).opened():
                raise AssertionError("it was used")


async def test_an_unknown_profile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    async with endpoint() as url:
        with pytest.raises(SettingsError, match="nobody"):
            async with S3Store(read_url(f"s3://b?endpoint={url}", {})).opened():
                raise AssertionError("it was used")


@pytest.mark.parametrize("source", ["url", "environment", "profile", "role"])
async def test_credentials_come_from_the_url_or_from_the_chain(
    source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with endpoint() as url:
        match source:
            case "environment":
                monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OF-ENVIRONMENT")
                monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
            case "profile":
                keys = "aws_access_key_id = OF-PROFILE\naws_secret_access_key = s3cret"
                (tmp_path / "credentials").write_text(f"[files]\n{keys}\nregion = eu-north-1\n")
                monkeypatch.setenv("AWS_PROFILE", "files")
            case "role":
                monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/role")
        keys = "OF-URL:s3cret@" if source == "url" else ""
        store = S3Store(read_url(f"s3://{keys}b?endpoint={url}", {}))
        async with store.opened():
            link = await store.presign_download("a", PICTURE, expires=datetime.now(UTC) + timedelta(minutes=5))
    query = query_of(link.url)
    region = "eu-north-1" if source == "profile" else "us-east-1"
    assert query["X-Amz-Credential"].startswith(f"OF-{source.upper() if source != 'role' else 'A-ROLE'}/")
    assert f"/{region}/s3/" in query["X-Amz-Credential"]
    assert query.get("X-Amz-Security-Token") == ("t0ken" if source == "role" else None)


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        ("", "{endpoint}/pictures/files/a1?"),
        ("&public_endpoint=https://files.example", "https://files.example/pictures/files/a1?"),
        ("&public_endpoint=https://files.example&style=virtual", "https://pictures.files.example/files/a1?"),
    ],
)
async def test_links_name_the_public_endpoint(options: str, begins: str) -> None:
    async with endpoint() as url:
        store = S3Store(read_url(f"s3://k:s3cret@pictures?endpoint={url}{options}", {}))
        async with store.opened():
            link = await store.presign_download("files/a1", PICTURE, expires=datetime.now(UTC) + timedelta(minutes=5))
    assert link.url.startswith(begins.format(endpoint=url))


async def test_links_stay_the_same_and_end_in_time() -> None:
    moment = NOW
    expires = NOW + timedelta(minutes=30)
    async with endpoint() as url:
        store = S3Store(read_url(f"s3://k:s3cret@b?endpoint={url}", {}), clock=lambda: moment)
        async with store.opened():
            first = (await store.presign_download("a", PICTURE, expires=expires)).url
            moment = NOW + timedelta(minutes=29)
            assert (await store.presign_download("a", PICTURE, expires=expires)).url == first
            assert query_of(first)["X-Amz-Expires"] == str(30 * 60)
            later = (await store.presign_download("b", PICTURE, expires=expires)).url
            assert query_of(later)["X-Amz-Expires"] == "60"
            upload = await store.presign_upload("a", size=7, content_type="image/png", expires=expires)
    assert query_of(upload.url)["X-Amz-SignedHeaders"] == "content-length;content-type;host"
    assert upload.headers == {"content-type": "image/png"}


async def test_a_link_of_temporary_keys_is_renewed_before_they_expire(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = NOW
    async with endpoint() as url:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/role")
        store = S3Store(read_url(f"s3://b?endpoint={url}", {}), clock=lambda: moment)
        expires = NOW + timedelta(minutes=30)
        async with store.opened():
            first = (await store.presign_download("a", PICTURE, expires=expires)).url
            moment = NOW + timedelta(minutes=4)
            assert (await store.presign_download("a", PICTURE, expires=expires)).url == first
            moment = NOW + timedelta(minutes=6)
            renewed = (await store.presign_download("a", PICTURE, expires=expires)).url
    assert query_of(renewed)["X-Amz-Expires"] == str(24 * 60)
