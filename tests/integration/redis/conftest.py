"""What the tests on Redis share: stores on the run's server and on its cluster, each test with keys of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest

from deploy.servers.base import ServerProcess
from deploy.servers.redis import RedisCluster
from hanse_router.settings import StoreSettings
from hanse_router.store.redis import RedisStore
from hanse_router.telemetry.metrics import Metrics


@pytest.fixture(scope="session")
def redis_cluster(redis_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """A cluster of three masters; where there is no server there is none either."""
    with RedisCluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


def store_at(url: str, metrics: Metrics | None = None, **settings: Any) -> RedisStore:
    """A store whose keys are its own. The time limit is that of tests on a busy machine."""
    given = {"url": url, "prefix": f"{uuid4()}:", "timeout_seconds": 5.0, **settings}
    return RedisStore(StoreSettings(**given), metrics or Metrics())


@pytest.fixture(params=["server", "cluster"])
async def store(
    request: pytest.FixtureRequest, redis_server: ServerProcess, redis_cluster: RedisCluster
) -> AsyncIterator[RedisStore]:
    """A store on the server, and one on the cluster."""
    opened = store_at(redis_server.url if request.param == "server" else redis_cluster.url)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def default_rate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The router as it is by default: these tests are about its limits."""
    monkeypatch.delenv("HANSE_ROUTER_RATE_LIMITS__ENABLED", raising=False)
