"""The URL of a bucket of the S3 protocol, and the SDK's variables beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from hanse_wire.settings import SettingsError
from hanse_wire.url_options import UrlOptions

OPTIONS = ("endpoint", "public_endpoint", "region", "style", "timeout")
STYLES = ("path", "virtual")
FORM = "take s3://BUCKET?endpoint=http://HOST:PORT"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket: its name, its endpoints, and the keys in its URL. What is None is found by the SDK."""

    name: str
    region: str | None
    endpoint: str | None
    public_endpoint: str | None  # where browsers reach it; None: the endpoint
    path_style: bool  # http://HOST/BUCKET/KEY; else http://BUCKET.HOST/KEY
    access_key: str | None
    secret_key: str | None = field(repr=False)
    timeout: float  # seconds without a byte from the store

    @property
    def shown(self) -> str:
        """The endpoint, for messages."""
        return self.endpoint or "Amazon S3"


def read_url(url: str, environment: Mapping[str, str]) -> Bucket:
    """The bucket at `s3://[ACCESS_KEY:SECRET_KEY@]BUCKET[?OPTION=VALUE&...]`. Raises SettingsError, without the keys.

    A region and an endpoint that the URL does not name are AWS_REGION (or AWS_DEFAULT_REGION) and AWS_ENDPOINT_URL_S3
    (or AWS_ENDPOINT_URL); without an endpoint it is Amazon's. Without keys, the SDK's credential chain finds them:
    variables, profiles, container and instance roles.
    """
    parts = urlsplit(url)
    options = UrlOptions(parts.query, OPTIONS, url="the object store's URL")
    if not parts.hostname or parts.path not in ("", "/"):
        raise SettingsError(f"the object store's URL names no bucket: {FORM}")
    if bool(parts.username) != bool(parts.password):
        raise SettingsError("the object store's URL has one of two keys: give ACCESS_KEY:SECRET_KEY@, or neither")
    own = options.text("endpoint") or environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    public = options.text("public_endpoint")
    region = options.text("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    return Bucket(
        name=parts.netloc.rpartition("@")[2],
        region=region or None,
        endpoint=_endpoint("endpoint", own) if own else None,
        public_endpoint=_endpoint("public_endpoint", public) if public else None,
        path_style=(options.choice("style", STYLES) or ("path" if own else "virtual")) == "path",
        access_key=unquote(parts.username) if parts.username else None,
        secret_key=unquote(parts.password) if parts.password else None,
        timeout=options.seconds("timeout", 30, maximum=300),
    )


def _endpoint(option: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise SettingsError(f"option {option} of the object store's URL is no endpoint: give http://HOST:PORT")
    return url.rstrip("/")
