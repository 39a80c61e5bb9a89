"""One of several processes that take from one bucket as fast as they can: `python -m ... URL PREFIX TRIES`.

It says when it is ready, waits for a line, and prints how much it got.
"""

from __future__ import annotations

import asyncio
import sys

from hanse_router.settings import StoreSettings
from hanse_router.store.protocol import Charge
from hanse_router.store.redis import RedisStore
from hanse_router.telemetry.metrics import Metrics

CAPACITY = 500
AT_ONCE = 20
BUCKETS = [Charge("{user:1}|a", 1, CAPACITY, 86400.0), Charge("{user:1}|b", 1, 2 * CAPACITY, 86400.0)]


async def hammer(url: str, prefix: str, tries: int) -> int:
    """How often there was something to take."""
    store = RedisStore(StoreSettings(url=url, prefix=prefix, timeout_seconds=20.0), Metrics())
    await store.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

    async def take() -> int:
        return sum([await store.buckets.take(BUCKETS) is None for _ in range(tries // AT_ONCE)])

    taken = sum(await asyncio.gather(*(take() for _ in range(AT_ONCE))))
    await store.close()
    return taken


if __name__ == "__main__":
    print(asyncio.run(hammer(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
