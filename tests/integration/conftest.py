"""The real servers, each started once a run, in a temporary folder and on a free port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.servers.base import ServerProcess
from deploy.servers.kafka import KafkaServer
from deploy.servers.redis import RedisServer
from deploy.servers.s3 import S3Server
from deploy.servers.smtp import SmtpServer
from tests.serving import serve


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A Kafka broker, without topics."""
    yield from serve(KafkaServer(tmp_path_factory.mktemp("kafka"), brief=True), tmp_path_factory)


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
