"""A client for the Redis that `store.url` names."""

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
CLUSTER_TRIES = 3  # within the time of one request: the first node asked may be gone, or its slots elsewhere


def client_of(url: str, *, connect_seconds: float, connections: int) -> Client:
    """The client; it connects when it is first used. Raises SettingsError where the URL is not understood."""
    try:
        parts = urlsplit(url)
        understood = parts.hostname and parts.port != 0 and (parts.path.strip("/") or "0").isdecimal()
    except ValueError:
        understood = False
    if not understood or parts.scheme.removesuffix(CLUSTER) not in ("redis", "rediss"):
        raise SettingsError(f"setting store.url is not the URL of a store; take {FORMS}")
    options: dict[str, Any] = {
        "socket_connect_timeout": connect_seconds,
        "socket_timeout": None,  # whoever asks has a time limit of their own
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    plain = url.replace(f"{CLUSTER}:", ":", 1)
    try:
        if parts.scheme.endswith(CLUSTER):
            return RedisCluster.from_url(
                plain, max_connections=connections, retry=Retry(NoBackoff(), CLUSTER_TRIES), **options
            )
        client = Redis.from_url(plain, max_connections=connections, retry=Retry(NoBackoff(), 0), **options)
        client.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # only it tells wrong options
    except (TypeError, ValueError) as error:
        raise SettingsError(f"setting store.url has an option that is not understood: {error}") from error
    return client


def place_of(url: str) -> str:
    """The host and port of a URL, to be shown: without user and password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}"
