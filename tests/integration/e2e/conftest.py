"""The distributed platform on real servers: each subgraph and two routers as processes, on fresh databases."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from deploy.platform import Outside, Platform
from deploy.project import SUBGRAPHS
from deploy.servers.base import ServerProcess, all_running
from deploy.servers.postgres import Postgres
from deploy.servers.s3 import S3Server
from deploy.servers.smtp import SmtpServer

_numbers = count(1)


@pytest.fixture
def outside(
    postgres_server: Postgres,
    kafka_server: ServerProcess,
    redis_server: ServerProcess,
    s3_server: S3Server,
    smtp_server: SmtpServer,
) -> Iterator[Outside]:
    """The servers, with databases and topics that nobody else uses."""
    prefix = f"e2e{next(_numbers)}"
    databases = {name: f"{prefix}_{name}" for name in SUBGRAPHS}
    yield Outside(
        databases={name: postgres_server.create_database(database) for name, database in databases.items()},
        events=f"{kafka_server.url}?prefix={prefix}.",
        store=redis_server.url,
        objects=s3_server.url,
        mail=smtp_server.url,
    )
    for database in databases.values():
        postgres_server.drop_database(database)


@pytest.fixture
def platform(tmp_path: Path, outside: Outside) -> Iterator[Platform]:
    """The platform, running."""
    variables = {"HANSE_ROUTER_RATE_LIMITS__ENABLED": "false"}  # tests do in a second what a person does in an hour
    platform = Platform(tmp_path / "platform", outside, routers=2, variables=variables)
    platform.prepare()
    processes = [ServerProcess(process, tmp_path / f"{name}.log") for name, process in platform.processes.items()]
    try:
        with all_running(processes):
            yield platform
    finally:
        for process in processes:  # shown where the test fails
            print(f"{process.server.name} printed:\n{process.log.read_text() if process.log.exists() else ''}")


@pytest.fixture
def url(platform: Platform) -> str:
    """Where the first router answers GraphQL."""
    return platform.url
