"""The servers themselves: start, kill, start again; a cluster serves all slots."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from redis.cluster import RedisCluster as ClusterClient

from deploy.servers.base import ServerProcess
from deploy.servers.redis import RedisCluster, RedisServer


def test_it_answers(redis_server: ServerProcess) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.set("a", "1")


def test_it_is_killed_and_comes_back_at_the_same_place(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "data", password="open sesame")
    with ServerProcess(server, tmp_path / "log") as process:
        process.kill()
        assert not server.ready()
        process.start()
        assert server.ready()
    with pytest.raises(redis.ConnectionError):
        server.client().ping()


def test_a_cluster_has_keys_on_all_masters(tmp_path: Path) -> None:
    with RedisCluster(tmp_path) as cluster:
        client = ClusterClient.from_url(cluster.url.replace("redis+cluster", "redis"))
        for index in range(100):
            client.set(f"key {index}", index)
        sizes = []
        for server in cluster.servers:
            with server.client() as node:
                sizes.append(node.dbsize())
        client.close()
    assert sum(sizes) == 100
    assert all(sizes)
