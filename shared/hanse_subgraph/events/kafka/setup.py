"""Create the declared topics, and check the existing ones."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from hanse_subgraph.events.inbox import RETENTION
from hanse_subgraph.events.kafka.address import parse_address
from hanse_subgraph.events.kafka.connection import administration, answering, require_reachable
from hanse_subgraph.events.log import LogUnavailable
from hanse_subgraph.events.topics import IN_SYNC, MAX_MESSAGE_BYTES, REPLICAS, Topic, Topics
from hanse_wire.settings import SettingsError

FORGETTING = "offsets.retention.minutes"


async def set_up_topics(url: str, topics: Topics) -> dict[str, str]:
    """Make what is missing, and put right what is set otherwise; what was done, by topic.

    Topics keep the number of their partitions, because another would send keys elsewhere. Raises SettingsError.
    """
    address = parse_address(url)
    await require_reachable(address)
    try:
        async with answering(address, "setting up topics", 6 * address.timeout), administration(address) as admin:
            found = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
            brokers = len((await admin.describe_cluster())["brokers"])
            names = {address.prefix + topic.name: topic for topic in topics.all}
            done = {name: await _set_up(name, admin, topic, found, brokers) for name, topic in names.items()}
            await _await_leaders(admin, names)
            return done | await _advice(admin)
    except LogUnavailable as error:
        raise SettingsError(str(error)) from error


async def _set_up(name: str, admin: Any, topic: Topic, found: Mapping[str, int], brokers: int) -> str:
    replicas = min(REPLICAS, brokers)
    settings = _settings(topic, replicas)
    if name not in found and await _created(admin, NewTopic(name, topic.partitions, replicas, topic_configs=settings)):
        return f"made, {topic.partitions} partitions in {replicas} copies"
    kept = found.get(name, topic.partitions)
    note = "" if kept == topic.partitions else f"; it keeps its {kept} partitions, {topic.partitions} are declared"
    wrong = await _set_otherwise(admin, name, settings)
    if wrong:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=settings)])
        return f"put right: {', '.join(wrong)}{note}"
    return f"as declared{note}"


async def _created(admin: Any, new: NewTopic) -> bool:
    """Whether it was made now; another process may have been faster."""
    reply = await admin.create_topics([new])
    error = for_code(reply.topic_errors[0][1])
    if error is TopicAlreadyExistsError:
        return False
    if error.errno:
        raise SettingsError(f"Kafka does not make the topic {new.name}: {error.message}, {reply.topic_errors[0][2]}")
    return True


async def _advice(admin: Any) -> dict[str, str]:
    """Warnings for the operator: offsets of groups without members expire."""
    brokers = (await admin.describe_cluster())["brokers"]
    broker = ConfigResource(ConfigResourceType.BROKER, str(brokers[0]["node_id"]))
    minutes = (await _configuration(admin, broker)).get(FORGETTING)
    wanted = int(RETENTION.total_seconds() // 60)
    if minutes is None or int(minutes) >= wanted:
        return {}
    days = int(minutes) // 1440
    return {
        FORGETTING: f"{minutes} on the brokers: a consumer stopped for {days} days starts from the beginning, and "
        f"counts events twice that are older than {RETENTION.days} days; set {wanted}"
    }


async def _await_leaders(admin: Any, names: Collection[str]) -> None:
    """Until every partition has its leader: topics are made a little before they can be used."""
    while True:
        found = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics()}
        if all(name in found and all(part["leader"] >= 0 for part in found[name]) for name in names):
            return
        await asyncio.sleep(0.05)


async def _set_otherwise(admin: Any, name: str, wanted: Mapping[str, str]) -> list[str]:
    now = await _configuration(admin, ConfigResource(ConfigResourceType.TOPIC, name))
    return [f"{key}={value}" for key, value in wanted.items() if now.get(key) != value]


async def _configuration(admin: Any, resource: ConfigResource) -> dict[str, str]:
    (reply,) = await admin.describe_configs([resource])
    return {entry[0]: entry[1] for entry in reply.resources[0][4]}


def _settings(topic: Topic, replicas: int) -> dict[str, str]:
    kept = -1 if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    return {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": str(kept),
        "retention.bytes": "-1",
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
        "min.insync.replicas": str(min(IN_SYNC, max(replicas - 1, 1))),
    }
