"""Reads the log without being a consumer: whole topics, their ends, and the offsets of groups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from hanse_subgraph.events.kafka.address import Address
from hanse_subgraph.events.kafka.connection import administration, answering, closed_in_time

READ_SECONDS = 60.0
RETRY_SECONDS = 0.1
NONE_YET = -1  # the offset of a group that has committed nothing


async def lag_of(address: Address, group: str, topics: Collection[str]) -> dict[str, int]:
    """How many records of each partition the group has not committed, by `topic/partition`. Raises LogUnavailable."""
    async with answering(address, "reading offsets"), administration(address) as admin:
        partitions = await _partitions(admin, topics)
        committed = await _committed(admin, group, partitions)
        async with _reader(address, partitions) as reader:
            beginnings, ends = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
    return {
        f"{partition.topic}/{partition.partition}": ends[partition]
        - max(committed.get(partition, NONE_YET), beginnings[partition])
        for partition in partitions
    }


async def put_back(address: Address, group: str, topics: Collection[str]) -> None:
    """Let a group that has no members begin at the start. Raises aiokafka's errors where it has some."""
    async with administration(address) as admin:
        partitions = await _partitions(admin, topics)
    async with _reader(address, partitions, group=group) as reader:
        await reader.commit(await reader.beginning_offsets(partitions))


async def whole(address: Address, topic: str) -> list[ConsumerRecord]:
    """Every record in a topic, in order within each partition. Raises LogUnavailable."""
    records: list[ConsumerRecord] = []
    async with answering(address, f"reading {topic}", READ_SECONDS):
        async with administration(address) as admin:
            partitions = await _partitions(admin, [topic])
        async with _reader(address, partitions) as reader:
            ends = await reader.end_offsets(partitions)
            reader.resume(*partitions)
            await reader.seek_to_beginning(*partitions)
            left = {partition for partition in partitions if await reader.position(partition) < ends[partition]}
            while left:
                for partition, found in (await reader.getmany(*left, timeout_ms=1000)).items():
                    records += [record for record in found if record.offset < ends[partition]]
                # A compacted topic may end in offsets that hold nothing: the position passes them, no record does.
                left = {partition for partition in left if await reader.position(partition) < ends[partition]}
    return records


async def _committed(admin: Any, group: str, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """The offsets that the group has committed; a broker may be about to take up this group, or groups at all."""
    while True:
        try:
            found = await admin.list_consumer_group_offsets(group, partitions=partitions)
            return {partition: place.offset for partition, place in found.items()}
        except KafkaError as error:
            if not error.retriable:
                raise
            await asyncio.sleep(RETRY_SECONDS)


async def _partitions(admin: Any, topics: Collection[str]) -> list[TopicPartition]:
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in await admin.describe_topics(list(topics))
        for partition in topic["partitions"]
    ]


@asynccontextmanager
async def _reader(
    address: Address, partitions: Collection[TopicPartition], *, group: str | None = None
) -> AsyncIterator[Any]:
    """A reader of these partitions, paused at first."""
    reader = AIOKafkaConsumer(
        **address.connection, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        await reader.start()
        reader.assign(partitions)
        reader.pause(*partitions)
        yield reader
    finally:
        await closed_in_time(reader.stop())
