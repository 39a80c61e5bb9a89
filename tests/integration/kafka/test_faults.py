"""A broker that is away, events that it will not take, and statistics that are counted again from its start."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from click.testing import CliRunner

from deploy.servers.base import ServerProcess
from hanse.cli import main
from hanse_subgraph.db import Database
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.kafka import KafkaLog
from hanse_subgraph.events.log import LogUnavailable
from hanse_subgraph.events.outbox import count_waiting
from hanse_subgraph.events.relay import Relay
from hanse_wire.settings import SettingsError
from tests.hanse.test_analytics import a_week_of_users
from tests.kit.events.backbone_contract import Effects, behind, consumer, move_boxes, tell
from tests.kit.events.logs import LONG, Logs, come
from tests.kit.events.test_relays import drained


@pytest.fixture
async def effects(database: Database) -> Effects:
    """Effects, none so far."""
    effects = Effects()
    await effects.prepare(database)
    return effects


@pytest.mark.timeout(240)
async def test_a_broker_that_is_killed_loses_nothing(
    database: Database, logs: Logs, effects: Effects, kafka_server: ServerProcess
) -> None:
    log = await logs.open("&timeout=3")
    relay, one = Relay(database, log), consumer(database, log, effects)
    running = [asyncio.create_task(relay.run()), asyncio.create_task(one.run())]

    async def move(first: int) -> None:
        for place in range(first, first + 30):
            await move_boxes(database, 1, first=place)
            relay.wake()
            await asyncio.sleep(0.02)

    await move(0)
    await asyncio.to_thread(kafka_server.kill)
    await move(30)
    await asyncio.sleep(5)
    async with database.reading() as session:
        assert await count_waiting(session) >= 30
    await asyncio.to_thread(kafka_server.start)
    await move(60)
    await drained(database)
    for _ in range(300):
        if len(await effects.seen(database)) >= 90:
            break
        await asyncio.sleep(0.2)
    relay.stop()
    one.stop()
    await asyncio.gather(*running)
    assert await effects.seen(database) == list(range(90))


@pytest.mark.timeout(240)
async def test_nothing_hangs_while_the_broker_is_away(
    database: Database, logs: Logs, kafka_server: ServerProcess
) -> None:
    log = await logs.open("&timeout=2")
    await tell(log, 1)
    reader = log.subscribe("boxes", ())
    (delivery,) = await reader.read(limit=1, wait=LONG)
    await asyncio.to_thread(kafka_server.kill)
    try:
        for doing in (tell(log, 2), reader.commit([delivery]), log.dead_letters(), log.lag("boxes")):
            async with asyncio.timeout(20):
                with pytest.raises(LogUnavailable):
                    await doing
        async with asyncio.timeout(20):
            await reader.close()
            await logs.close(log)
    finally:
        await asyncio.to_thread(kafka_server.start)
    log = await logs.open()
    found = await come(log.subscribe("boxes", ()))
    assert isinstance(found[0], Event)
    assert found[0].data["place"] == 1, "what was not committed comes again"


async def set_limit(log: KafkaLog, kafka_server: ServerProcess, size: int) -> None:
    """Let the topic of boxes take messages up to this size."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_server.url.removeprefix("kafka://"))
    await admin.start()
    name = f"{log._address.prefix}others"
    await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, configs={"max.message.bytes": str(size)})]
    )
    await admin.close()
    await asyncio.sleep(1)


async def test_what_is_too_large_holds_up_its_own_subject_alone(log: KafkaLog, kafka_server: ServerProcess) -> None:
    def event(subject: str, size: int = 10) -> Event:
        return Event(type="a.b", subject=subject, source="/test", data={"text": "x" * size})

    await set_limit(log, kafka_server, 20_000)
    events = [event("s1"), event("s2"), event("s1", 30_000), event("s2"), event("s1"), event("s3", 15_000), event("s2")]
    refused = await log.append(events)
    assert refused.keys() == {events[2].id, events[4].id}
    assert "max.message.bytes" in refused[events[2].id]
    assert "comes after" in refused[events[4].id]
    reader = log.subscribe("c", ())
    found = await come(reader, 5)
    assert {one.id for one in found} == {one.id for one in events} - refused.keys()
    await set_limit(log, kafka_server, 1_000_000)
    assert await log.append([events[2], events[4]]) == {}
    large = [event(f"s{number % 3}", random.Random(number).randint(1, 300_000)) for number in range(30)]
    assert await log.append(large) == {}, "more than one batch for each partition"
    found = await come(reader, 32)
    for subject in ("s0", "s1", "s2"):
        own = [one.id for one in large if one.subject == subject]
        assert [one.id for one in found if one in large and isinstance(one, Event) and one.subject == subject] == own


async def test_a_consumer_that_runs_is_not_rewound(logs: Logs) -> None:
    log, other = await logs.open(), await logs.open()
    await tell(log, 1)
    await come(log.subscribe("c", ()))
    with pytest.raises(SettingsError, match="stop it first"):
        await other.rewind("c")
    await log.rewind("c")
    assert await behind(log, "c") == 1


def test_statistics_are_counted_again_from_the_start_of_kafka(
    tmp_path: Path, kafka_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USERS", "ANALYTICS"):
        monkeypatch.setenv(f"HANSE_{name}_EVENTS_URL", kafka_url)
    monkeypatch.setenv("HANSE_PERSON_KEYS_URL", f"sqlite+aiosqlite:///{tmp_path}/person-keys.sqlite")
    events = asyncio.run(a_week_of_users(tmp_path))
    for _ in range(2):
        result = CliRunner().invoke(main, ["analytics", "rebuild", "--data", str(tmp_path)])
        assert result.exit_code == 0, result.output
        assert {"users: 50", f"events_processed: {events}"} <= set(result.output.splitlines())
