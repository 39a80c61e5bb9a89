"""Token buckets in Redis, on a server and on a cluster: the contract, and that they count as those in memory do."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from deploy.servers.base import ServerProcess
from deploy.servers.redis import RedisCluster
from hanse_router.store.memory import MemoryBuckets
from hanse_router.store.protocol import Charge
from hanse_router.store.redis import RedisStore
from hanse_router.store.redis_buckets import RedisBuckets
from tests.integration.redis.conftest import store_at
from tests.router.store.bucket_contract import BucketContract, Clock, OpenBuckets, charge

BUCKETS = {"a": (3, 3600.0), "b": (10, 86400.0), "c": (7, 4000.5), "d": (0, 3600.0), "e": (1_000_000, 3600.0)}
charges = st.lists(
    st.builds(
        lambda caller, name, cost: Charge(f"{{user:{caller}}}|{name}", cost, *BUCKETS[name]),
        st.just(1),
        st.sampled_from(sorted(BUCKETS)),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=6,
)
steps = st.lists(st.tuples(charges, st.floats(0, 5000, allow_nan=False)), max_size=25)


class TestBuckets(BucketContract):
    @pytest.fixture
    def open_buckets(self, store: RedisStore) -> OpenBuckets:
        numbers = count()
        return lambda clock: RedisBuckets(store.run, prefix=f"{store.prefix}{next(numbers)}:", clock=clock)


@pytest.mark.parametrize("kind", ["server", "cluster"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_they_count_as_those_in_memory_do(
    kind: str, redis_server: ServerProcess, redis_cluster: RedisCluster, steps: list[tuple[list[Charge], float]]
) -> None:
    async def compare() -> None:
        clock = Clock()
        memory = MemoryBuckets(100, clock)
        store = store_at(redis_server.url if kind == "server" else redis_cluster.url)
        try:
            buckets = RedisBuckets(store.run, prefix=store.prefix, clock=clock)
            for taken, pause in steps:
                assert await buckets.take(taken) == await memory.take(taken)
                clock.now += pause
        finally:
            await store.close()

    asyncio.run(compare())


async def test_the_time_is_the_servers_and_idle_buckets_go(redis_server: ServerProcess) -> None:
    store = store_at(redis_server.url)
    async with Redis.from_url(redis_server.url) as redis:
        second = charge("a", 3, 3, 1.0)
        assert await store.buckets.take([second]) is None
        refusal = await store.buckets.take([second])
        assert refusal is not None
        assert 0 < refusal.retry_after <= 1
        [key] = await redis.keys(f"{store.prefix}*")
        assert 0 < await redis.pttl(key) <= 1000
        await asyncio.sleep(1.05)
        assert await redis.keys(f"{store.prefix}*") == []
        assert await store.buckets.take([second]) is None
    await store.close()


async def test_a_server_that_forgot_the_script_is_sent_it_again(redis_server: ServerProcess) -> None:
    store = store_at(redis_server.url)
    async with Redis.from_url(redis_server.url) as redis:
        for _ in range(3):
            assert await store.buckets.take([charge("a")]) is None
            await redis.script_flush()
    assert await store.buckets.take([charge("a")]) is not None
    await store.close()


async def test_all_keys_of_an_operation_lie_on_one_node_of_a_cluster(redis_cluster: RedisCluster) -> None:
    store = store_at(redis_cluster.url)
    for caller in range(50):
        taken = [Charge(f"{{user:{caller}}}|Query.{name}", 1, 1, 60.0) for name in "abcdef"]
        assert await store.buckets.take(taken) is None
        assert await store.buckets.take(taken[5:]) is not None
    await store.close()
    sizes = [len(server.client().keys(f"{store.prefix}*")) for server in redis_cluster.servers]
    assert sum(sizes) == 300
    assert all(size > 0 and size % 6 == 0 for size in sizes)
