"""Writing to Kafka: idempotent, acknowledged by every replica in sync, and never out of order.

All that one partition is to get of an append goes in batches, each sent when the one before is there: so no event can
be in the log without those before it. After any failure the producer is thrown away, with what waits in it; whoever
appended sends all of it again, with a new one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError, ProducerClosed, RecordListTooLargeError
from aiokafka.partitioner import DefaultPartitioner

from hanse_subgraph.events.envelope import Event, encode
from hanse_subgraph.events.kafka.address import Address
from hanse_subgraph.events.kafka.connection import answering, closed_in_time
from hanse_subgraph.events.topics import Topics

log = logging.getLogger(__name__)

BATCH_BYTES = 524_288
STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8")]  # CloudEvents, Kafka Protocol Binding
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)

_partition_of = DefaultPartitioner()  # as every client of Kafka does it: murmur2


class Message(NamedTuple):
    """One record to be written."""

    id: str
    key: bytes
    value: bytes
    timestamp: int


class Producer:
    """The producer of one hold on the log."""

    def __init__(self, address: Address, topics: Topics) -> None:
        self._address = address
        self._topics = topics
        self._producer: Any = None
        self._opening = asyncio.Lock()

    async def append(self, events: Sequence[Event]) -> dict[str, str]:
        try:
            async with answering(self._address, "appending events"):
                lanes = await self._by_partition(events)
                outcomes = await asyncio.gather(
                    *(self._send(lane, messages) for lane, messages in lanes.items()), return_exceptions=True
                )
                left = {lane: messages for lane, messages in zip(lanes, _results(outcomes), strict=True) if messages}
                return await self._send_singly(left) if left else {}
        except BaseException:
            await self._abandon()
            raise

    async def write(
        self, topic: str, *, key: bytes, value: bytes | None, headers: Iterable[tuple[str, bytes]] = ()
    ) -> None:
        """Write one record; without a value it takes back what the key stands for. Raises LogUnavailable."""
        try:
            async with answering(self._address, f"writing to {topic}"):
                await (await self._open()).send_and_wait(topic, value, key, headers=list(headers))
        except BaseException:
            await self._abandon()
            raise

    async def close(self) -> None:
        """Close the connections. Nothing is pending, since every append was awaited."""
        await self._abandon()

    async def _open(self) -> Any:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._address.connection,
                    enable_idempotence=True,
                    acks="all",
                    max_batch_size=BATCH_BYTES,
                    max_request_size=2 * BATCH_BYTES,
                    request_timeout_ms=int(self._address.timeout * 1000),
                )
                try:
                    await producer.start()
                except BaseException:
                    await closed_in_time(producer.stop())
                    raise
                self._producer = producer
        return self._producer

    async def _abandon(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # Closing would send what waits, if need be for ever: the sender must end first.
        await closed_in_time(producer._sender.close())
        producer._message_accumulator.fail_all(ProducerClosed())
        await closed_in_time(producer.stop())

    async def _by_partition(self, events: Sequence[Event]) -> dict[TopicPartition, list[Message]]:
        producer = await self._open()
        lanes: dict[TopicPartition, list[Message]] = defaultdict(list)
        partitions: dict[str, list[int]] = {}
        for event in events:
            topic = self._address.prefix + self._topics.of(event.type).name
            if topic not in partitions:
                partitions[topic] = sorted(await producer.partitions_for(topic))
            key = event.subject.encode()
            lane = TopicPartition(topic, _partition_of(key, partitions[topic], partitions[topic]))
            lanes[lane].append(Message(event.id, key, encode(event), int(event.time.timestamp() * 1000)))
        return lanes

    async def _send(self, lane: TopicPartition, messages: Sequence[Message]) -> Sequence[Message]:
        """Send these in their order; what is left from the first batch on that Kafka refuses."""
        producer = await self._open()
        done = 0
        for batch, count in _batches(producer, messages):
            if not await _taken(producer, batch, lane):
                return messages[done:]
            done += count
        return ()

    async def _send_singly(self, lanes: Mapping[TopicPartition, Sequence[Message]]) -> dict[str, str]:
        """Find what is too large: those messages by id, and those that would come after one.

        A producer numbers what it sends, and Kafka takes no number after one that it refused: each needs a new one.
        """
        await self._abandon()
        refused: dict[str, str] = {}
        held: set[bytes] = set()
        for lane, messages in lanes.items():
            for message in messages:
                if message.key in held:
                    refused[message.id] = "it comes after an event that Kafka refuses"
                    continue
                producer = await self._open()
                batch, _ = next(_batches(producer, [message]))
                if not await _taken(producer, batch, lane):
                    await self._abandon()
                    held.add(message.key)
                    size = len(message.value)
                    refused[message.id] = f"its {size} bytes are more than max.message.bytes of {lane.topic}"
        return refused


def _batches(producer: Any, messages: Iterable[Message]) -> Iterator[tuple[Any, int]]:
    """As few batches as they fit in, each with the number of messages in it."""
    batch, count = producer.create_batch(), 0
    for message in messages:
        if not _added(batch, message):
            yield batch, count
            batch, count = producer.create_batch(), 0
            _added(batch, message)
        count += 1
    yield batch, count


def _added(batch: Any, message: Message) -> bool:
    how = {"timestamp": message.timestamp, "key": message.key, "value": message.value, "headers": STRUCTURED}
    return batch.append(**how) is not None


async def _taken(producer: Any, batch: Any, lane: TopicPartition) -> bool:
    batch.close()
    try:
        await (await producer.send_batch(batch, lane.topic, partition=lane.partition))
    except TOO_LARGE:
        return False
    return True


def _results(outcomes: Iterable[Sequence[Message] | BaseException]) -> Iterator[Sequence[Message]]:
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        yield outcome
