"""Token buckets in Redis: one script takes all charges of an operation or none."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from redis.exceptions import NoScriptError

from hanse_router.store.protocol import Charge, Refusal
from hanse_router.store.redis_url import Client

SCRIPT = (Path(__file__).parent / "take.lua").read_text(encoding="utf-8")
SCRIPT_HASH = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()  # its name in Redis
_NOW = ""  # the server's own time


class RunRequest(Protocol):
    """Runs a request to Redis: `RedisStore.run`."""

    async def __call__(self, request: Callable[[Client], Awaitable[Any]]) -> Any:
        """The response. Raises StoreUnavailable."""
        ...


class RedisBuckets:
    """Buckets that all routers share. Each is a string: its level and the time of that level. A full bucket expires."""

    def __init__(self, run: RunRequest, *, prefix: str, clock: Callable[[], float] | None = None) -> None:
        """`clock` replaces the time of the server."""
        self._run = run
        self._prefix = f"{prefix}limit:"
        self._clock = clock

    async def take(self, charges: Sequence[Charge]) -> Refusal | None:
        keys = [self._prefix + charge.key for charge in charges]
        arguments: list[float | str] = [_NOW if self._clock is None else repr(self._clock())]
        for charge in charges:
            arguments += (charge.cost, charge.capacity, charge.seconds)
        refused = await self._run(lambda client: _take(client, len(keys), *keys, *arguments))
        return None if refused is None else Refusal(int(refused[0]), float(refused[1]))


async def _take(client: Client, keys: int, *keys_and_arguments: Any) -> Any:
    """Run the script by its hash; send it where the server does not have it."""
    try:
        return await client.evalsha(SCRIPT_HASH, keys, *keys_and_arguments)
    except NoScriptError:
        return await client.eval(SCRIPT, keys, *keys_and_arguments)
