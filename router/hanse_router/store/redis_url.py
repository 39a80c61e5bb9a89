"""The Redis client for `store.url`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from hanse_wire.settings import SettingsError

Client = Redis | RedisCluster
FORMS = "memory:, redis://HOST:PORT, rediss://HOST:PORT (TLS) or redis+cluster://HOST:PORT"
CLUSTER = "+cluster"
CLUSTER_ATTEMPTS = 3  # within one request: the first node may be down, or may have passed its slots on


def open_client(url: str, *, connect_seconds: float, connections: int) -> Client:
    """A client, which connects with its first request. Raises SettingsError for an invalid URL."""
    try:
        parts = urlsplit(url)
        is_valid = parts.hostname and parts.port != 0 and (parts.path.strip("/") or "0").isdecimal()
    except ValueError:
        is_valid = False
    if not is_valid or parts.scheme.removesuffix(CLUSTER) not in ("redis", "rediss"):
        raise SettingsError(f"setting store.url is not the URL of a store: use {FORMS}")
    options: dict[str, Any] = {
        "socket_connect_timeout": connect_seconds,
        "socket_timeout": None,  # RedisStore has a timeout for each request
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    plain = url.replace(f"{CLUSTER}:", ":", 1)
    try:
        if parts.scheme.endswith(CLUSTER):
            return RedisCluster.from_url(
                plain, max_connections=connections, retry=Retry(NoBackoff(), CLUSTER_ATTEMPTS), **options
            )
        client = Redis.from_url(plain, max_connections=connections, retry=Retry(NoBackoff(), 0), **options)
        client.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # raises for invalid options
    except (TypeError, ValueError) as error:
        raise SettingsError(f"setting store.url has an invalid option: {error}") from error
    return client


def shown_address(url: str) -> str:
    """The host and port of a URL, without user and password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}"
