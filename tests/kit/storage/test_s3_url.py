"""Buckets by URL, and links that any store of the protocol understands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hanse_subgraph.config import ConfigError
from hanse_subgraph.storage.open import open_store
from hanse_subgraph.storage.protocol import Served
from hanse_subgraph.storage.s3 import S3Store
from hanse_subgraph.storage.s3_links import Links
from hanse_subgraph.storage.s3_url import Bucket, read_url
from hanse_subgraph.storage.signing import Secret

KEYS = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "s3cret"}
NOW = datetime(2026, 5, 1, 12, 20, tzinfo=UTC)


def test_amazon_s_own_needs_a_name_alone() -> None:
    bucket = read_url("s3://pictures", {**KEYS, "AWS_REGION": "eu-west-1", "AWS_SESSION_TOKEN": "t0ken"})
    assert (bucket.name, bucket.region) == ("pictures", "eu-west-1")
    assert bucket.endpoint == "https://s3.eu-west-1.amazonaws.com"
    assert bucket.public_url("files/a1") == "https://pictures.s3.eu-west-1.amazonaws.com/files/a1"
    assert (bucket.access_key, bucket.secret_key, bucket.session_token) == ("AK", "s3cret", "t0ken")
    assert "s3cret" not in repr(bucket)
    assert "t0ken" not in repr(bucket)


def test_other_stores_are_named_by_their_endpoint() -> None:
    url = "s3://me:p%2Fw%2B@pictures?endpoint=http://minio:9000/&public_endpoint=https://files.example&timeout=5"
    bucket = read_url(url, {**KEYS, "AWS_SESSION_TOKEN": "of other keys"})
    assert (bucket.endpoint, bucket.path_style, bucket.seconds) == ("http://minio:9000", True, 5.0)
    assert bucket.public_url("files/a1") == "https://files.example/pictures/files/a1"
    assert (bucket.access_key, bucket.secret_key, bucket.session_token) == ("me", "p/w+", None)
    from_environment = read_url("s3://Pictures_1?style=virtual", {**KEYS, "AWS_ENDPOINT_URL_S3": "http://minio:9000"})
    assert from_environment.public_url("a") == "http://Pictures_1.minio:9000/a"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("s3:///folder", "names no bucket"),
        ("s3://b/folder", "names no bucket"),
        ("s3://b?endpoint=minio:9000", "option endpoint of the object store's URL is no endpoint"),
        ("s3://b?public_endpoint=ftp://x", "option public_endpoint"),
        ("s3://b?style=paths", "take one of path, virtual"),
        ("s3://b?timeout=0", "give seconds"),
        ("s3://b?bucket=c", "unknown option 'bucket'"),
    ],
)
def test_a_url_that_makes_no_sense_is_refused_in_one_line(url: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_url(url, KEYS)
    assert problem in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_without_keys_nothing_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        read_url("s3://b", {"AWS_ACCESS_KEY_ID": "AK"})
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    assert isinstance(open_store("s3://b", public_url="", secret=Secret(tmp_path / "none")), S3Store)


def test_the_signature_is_the_specification_s() -> None:
    """The example of Amazon's S3 API reference, "Authenticating Requests: Using Query Parameters"."""
    bucket = Bucket(
        name="examplebucket",
        region="us-east-1",
        endpoint="https://s3.amazonaws.com",
        public_endpoint="https://s3.amazonaws.com",
        path_style=False,
        access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        session_token=None,
        seconds=1,
    )
    day = datetime(2013, 5, 24, tzinfo=UTC)
    expires = day + timedelta(days=1)
    url = Links(bucket).sign("GET", "test.txt", headers={}, answered={}, now=day, expires=expires)
    assert url.startswith("https://examplebucket.s3.amazonaws.com/test.txt?")
    expected = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    assert parse_qs(urlsplit(url).query)["X-Amz-Signature"] == [expected]


def test_links_stay_the_same_for_a_while_and_end_in_time() -> None:
    moment = NOW
    store = S3Store(read_url("s3://b", KEYS), clock=lambda: moment)
    served = Served("a.png", "image/png", inline=True)
    expires = NOW + timedelta(minutes=30)
    first = store.presign_download("a", served, expires=expires).url
    moment = NOW + timedelta(minutes=29)
    assert store.presign_download("a", served, expires=expires).url == first
    assert parse_qs(urlsplit(first).query)["X-Amz-Date"] == ["20260501T120000Z"]
    assert parse_qs(urlsplit(first).query)["X-Amz-Expires"] == [str(50 * 60)]
    upload = store.presign_upload("a", size=7, content_type="image/png", expires=expires)
    assert parse_qs(urlsplit(upload.url).query)["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert upload.headers == {"content-type": "image/png"}
