"""Token buckets in Redis: one script takes all charges of an operation, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from redis.exceptions import NoScriptError

from hanse_router.store.base import Charge, Refusal
from hanse_router.store.redis_url import Client

SCRIPT = (Path(__file__).parent / "take.lua").read_text(encoding="utf-8")
SCRIPT_HASH = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()  # by which Redis knows it
_NOW = ""  # the server's own time


class Ask(Protocol):
    """How the store is asked; see RedisStore."""

    async def __call__(self, request: Callable[[Client], Awaitable[Any]]) -> Any:
        """What the store answers. Raises StoreAway."""
        ...


class RedisBuckets:
    """Buckets that all routers share. Each is a string, its level and when that was, which goes when it is full."""

    def __init__(self, ask: Ask, *, prefix: str, clock: Callable[[], float] | None = None) -> None:
        """`clock` stands in for the server's time."""
        self._ask = ask
        self._prefix = f"{prefix}limit:"
        self._clock = clock

    async def take(self, charges: Sequence[Charge]) -> Refusal | None:
        """See BucketStore."""
        keys = [self._prefix + charge.key for charge in charges]
        arguments: list[float | str] = [_NOW if self._clock is None else repr(self._clock())]
        for charge in charges:
            arguments += (charge.cost, charge.capacity, charge.seconds)
        refused = await self._ask(lambda client: _run(client, len(keys), *keys, *arguments))
        return None if refused is None else Refusal(int(refused[0]), float(refused[1]))


async def _run(client: Client, keys: int, *keys_and_arguments: Any) -> Any:
    """Run the script by its hash; a server that does not know it yet, or no more, is sent it."""
    try:
        return await client.evalsha(SCRIPT_HASH, keys, *keys_and_arguments)
    except NoScriptError:
        return await client.eval(SCRIPT, keys, *keys_and_arguments)
