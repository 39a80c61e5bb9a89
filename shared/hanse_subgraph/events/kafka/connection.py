"""Connects to the cluster with a timeout, and describes failures in one line."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Collection
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    KafkaError,
    SaslAuthenticationFailed,
    UnknownTopicOrPartitionError,
    UnsupportedSaslMechanismError,
)

from hanse_subgraph.events.kafka.address import Address
from hanse_subgraph.events.log import LogUnavailable
from hanse_wire.settings import SettingsError

SETUP = "run `hanse events setup`"
REFUSED = (AuthenticationFailedError, SaslAuthenticationFailed, UnsupportedSaslMechanismError)
CLOSE_SECONDS = 3.0


@asynccontextmanager
async def answering(address: Address, doing: str, seconds: float | None = None) -> AsyncIterator[None]:
    """The block must be done within the time, the address's own unless given. Raises LogUnavailable."""
    try:
        async with asyncio.timeout(address.timeout if seconds is None else seconds):
            yield
    except UnknownTopicOrPartitionError as error:
        raise LogUnavailable(f"Kafka at {address.shown}, {doing}: a topic is missing; {SETUP}") from error
    except (KafkaError, OSError, TimeoutError) as error:
        raise LogUnavailable(f"Kafka at {address.shown}, {doing}: {str(error) or 'no answer in time'}") from error


async def closed_in_time(closing: Awaitable[Any]) -> None:
    """Wait for a client to close, but not for ever: the cluster may be gone. What goes wrong is of no use any more."""
    task = asyncio.ensure_future(closing)  # aiokafka's own tasks end cancelled, which must not look like our end
    await asyncio.wait({task}, timeout=CLOSE_SECONDS)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CLOSE_SECONDS)
    if task.done() and not task.cancelled():
        task.exception()


async def require_reachable(address: Address) -> None:
    """Raises SettingsError where none of the hosts answers, or the first that does refuses us."""
    reasons = []
    for host in address.hosts:
        reason = await _refusal(address, host)
        if reason is None:
            return
        reasons.append(reason)
    raise SettingsError("; ".join(reasons))


async def _refusal(address: Address, host: str) -> str | None:
    name, _, port = host.rpartition(":")
    how = {key: value for key, value in address.connection.items() if key != "bootstrap_servers"}
    try:
        async with asyncio.timeout(address.timeout):
            connection = await create_conn(name.strip("[]"), int(port), **how)
            connection.close()
    except REFUSED as error:
        return f"Kafka at {host} refuses the user or the password: {error}"
    except ssl.SSLError as error:
        return f"Kafka at {host} cannot be trusted: {error.reason or error}; check security= and ca_file="
    except OSError as error:  # TimeoutError is one
        return f"cannot reach Kafka at {host}: {error.strerror or error or 'no answer in time'}; does it run there?"
    except KafkaError as error:
        return f"Kafka at {host} does not answer as it should: {error}; check security= in the URL"
    return None


@asynccontextmanager
async def administration(address: Address) -> AsyncIterator[Any]:
    """A client for questions about the cluster, and for changing it."""
    admin = AIOKafkaAdminClient(request_timeout_ms=int(address.timeout * 1000), **address.connection)
    try:
        await admin.start()
        yield admin
    finally:
        await closed_in_time(admin.close())


async def require_topics(address: Address, names: Collection[str]) -> None:
    """Raises SettingsError where one of the topics is missing."""
    async with answering(address, "listing topics"), administration(address) as admin:
        found = set(await admin.list_topics())
    missing = [name for name in names if name not in found]
    if missing:
        raise SettingsError(f"Kafka at {address.shown} lacks the topics {', '.join(missing)}: {SETUP}")
