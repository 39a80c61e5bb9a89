"""A log of its own for each test, on the one broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import pytest
from aiokafka import AIOKafkaProducer

from deploy.project import PROJECT
from deploy.servers.base import ServerProcess
from hanse_subgraph.db import Database
from hanse_subgraph.events.kafka import KafkaLog
from hanse_subgraph.events.kafka.address import parse_address
from hanse_subgraph.events.kafka.setup import set_up_topics
from hanse_subgraph.events.tables import metadata
from hanse_subgraph.events.topics import OTHERS
from tests.kit.events.logs import POISON, Logs

TOPICS = PROJECT.platform().topics

_numbers = count(1)


@pytest.fixture
async def kafka_url(kafka_server: ServerProcess) -> str:
    """The URL of a log without events, its topics set up."""
    url = f"{kafka_server.url}?prefix=test{next(_numbers)}."
    await set_up_topics(url, TOPICS)
    return url


@pytest.fixture
async def logs(kafka_url: str) -> AsyncIterator[Logs]:
    """Holds on an empty log."""
    address = parse_address(kafka_url)

    async def spoil() -> None:
        async with AIOKafkaProducer(**address.connection) as producer:
            await producer.send_and_wait(f"{address.prefix}{OTHERS.name}", POISON, key=b"b")

    async with Logs(kafka_url, patience=1.5, spoil=spoil) as logs:
        yield logs


@pytest.fixture
async def log(logs: Logs) -> KafkaLog:
    """An empty event log."""
    log = await logs.open()
    assert isinstance(log, KafkaLog)
    return log


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """An empty database on PostgreSQL."""
    database = Database(postgres_url)
    async with database.writing_engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()
