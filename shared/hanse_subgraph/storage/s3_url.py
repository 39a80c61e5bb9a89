"""Where objects are in the S3 protocol, as a URL and the usual variables of the environment say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from hanse_subgraph.config import ConfigError

OPTIONS = ("endpoint", "public_endpoint", "region", "style", "timeout")
STYLES = ("path", "virtual")
FORM = "take s3://BUCKET?endpoint=http://HOST:PORT"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket: its name, where it is for us and for browsers, and who we are there."""

    name: str
    region: str
    endpoint: str
    public_endpoint: str
    path_style: bool  # http://HOST/BUCKET/KEY; else http://BUCKET.HOST/KEY
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(repr=False)
    seconds: float  # that one request may take

    def public_url(self, key: str) -> str:
        """Where browsers reach an object."""
        parts = urlsplit(self.public_endpoint)
        if self.path_style:
            return f"{self.public_endpoint}/{self.name}/{quote(key)}"
        return f"{parts.scheme}://{self.name}.{parts.netloc}{parts.path}/{quote(key)}"


def read_url(url: str, environment: Mapping[str, str]) -> Bucket:
    """The bucket at `s3://[ACCESS_KEY:SECRET_KEY@]BUCKET[?OPTION=VALUE&...]`.

    Keys, region and endpoint that the URL does not name are those of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN, AWS_REGION (or AWS_DEFAULT_REGION) and AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL). Without an
    endpoint it is Amazon's. Raises ConfigError, without the keys.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - set(OPTIONS)):
        raise ConfigError(f"unknown option {unknown[0]!r} of the object store's URL: take one of {', '.join(OPTIONS)}")
    if not parts.hostname or parts.path not in ("", "/"):
        raise ConfigError(f"the object store's URL names no bucket: {FORM}")
    region = options.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    region = region or "us-east-1"
    own = options.get("endpoint") or environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    endpoint = _endpoint("endpoint", own or f"https://s3.{region}.amazonaws.com")
    access_key = unquote(parts.username or "") or environment.get("AWS_ACCESS_KEY_ID", "")
    secret_key = unquote(parts.password or "") or environment.get("AWS_SECRET_ACCESS_KEY", "")
    if not (access_key and secret_key):
        raise ConfigError("the object store needs keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    return Bucket(
        name=parts.netloc.rpartition("@")[2],
        region=region,
        endpoint=endpoint,
        public_endpoint=_endpoint("public_endpoint", options.get("public_endpoint") or endpoint),
        path_style=_path_style(options.get("style") or ("path" if own else "virtual")),
        access_key=access_key,
        secret_key=secret_key,
        session_token=None if parts.username else environment.get("AWS_SESSION_TOKEN") or None,
        seconds=_seconds(options.get("timeout", "30")),
    )


def _endpoint(option: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise ConfigError(f"option {option} of the object store's URL is no endpoint: give http://HOST:PORT")
    return url.rstrip("/")


def _path_style(style: str) -> bool:
    if style not in STYLES:
        raise ConfigError(f"option style={style} of the object store's URL: take one of {', '.join(STYLES)}")
    return style == "path"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 300:
        raise ConfigError(f"option timeout={text} of the object store's URL: give seconds, at most 300")
    return seconds
