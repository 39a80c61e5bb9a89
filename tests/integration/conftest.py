"""The real servers, each started once a run, in a temporary folder and on a free port."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest

from deploy.servers.base import Server, ServerMissing, ServerProcess
from deploy.servers.kafka import KafkaServer
from deploy.servers.postgres import Postgres
from deploy.servers.redis import RedisServer
from deploy.servers.s3 import S3Server
from deploy.servers.smtp import SmtpServer

_numbers = count(1)


def serve(server: Server, logs: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Run the server while the fixture lives. Where its program is missing: fail in CI, skip elsewhere."""
    process = ServerProcess(server, logs.mktemp("logs") / f"{server.name}.log")
    try:
        process.start()
    except ServerMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A Kafka broker, without topics."""
    yield from serve(KafkaServer(tmp_path_factory.mktemp("kafka")), tmp_path_factory)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """PostgreSQL, running."""
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    for _ in serve(server, tmp_path_factory):
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """A fresh, empty database."""
    name = f"test_{next(_numbers)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A Redis server; kill one of your own, not this."""
    yield from serve(RedisServer(tmp_path_factory.mktemp("redis")), tmp_path_factory)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """An object store of the S3 protocol."""
    server = S3Server(tmp_path_factory.mktemp("s3"))
    for _ in serve(server, tmp_path_factory):
        yield server


@pytest.fixture(scope="session")
def smtp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    """A mail server that takes everything, unencrypted; of the others, start one of your own."""
    server = SmtpServer(tmp_path_factory.mktemp("smtp"))
    for _ in serve(server, tmp_path_factory):
        yield server
