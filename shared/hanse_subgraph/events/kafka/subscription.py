"""Reading from Kafka as one member of a consumer's group.

What was read and not committed is read again. A rebalance forgets what this member holds: whoever gets the partition
begins at what is committed, and the inbox knows what was handled since.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from hanse_subgraph.events.envelope import Event, Malformed, decode_or_keep
from hanse_subgraph.events.kafka.address import Address
from hanse_subgraph.events.kafka.connection import answering, closed_in_time
from hanse_subgraph.events.log import Delivery, LogUnavailable
from hanse_subgraph.events.topics import REPLAYS, Topics

log = logging.getLogger(__name__)

JOIN_SECONDS = 60.0  # a member that was killed is waited for until its session is over
NOBODY = TopicPartition("", 0)


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a delivery: partition, next offset, and the assignment in which it was read."""

    lane: TopicPartition
    after: int
    assignment: int


@dataclass(slots=True)
class Progress:
    """How far one partition is committed, read, and handed on: the offsets that come next."""

    committed: int
    read: int
    delivered: int = 0


class KafkaSubscription:
    """One member of the group of a consumer; it joins with the first read."""

    def __init__(
        self,
        address: Address,
        consumer: str,
        types: Collection[str],
        on_closed: Callable[[KafkaSubscription], None],
        *,
        topics: Topics,
    ) -> None:
        self.consumer = consumer
        self._address = address
        self._types = frozenset(types)
        self._topics = topics.of_types(self._types)
        self._replays = address.prefix + REPLAYS.name
        self._on_closed = on_closed
        self._member: Any = None
        self._assignment = 0
        self._progress: dict[TopicPartition, Progress] = {}

    async def read(self, *, limit: int, wait: float) -> list[Delivery]:
        deadline = time.monotonic() + wait
        try:
            member = self._member or await self._join()
            self._go_back(member)
            while True:
                left = max(deadline - time.monotonic(), 0)
                found = await member.getmany(timeout_ms=int(left * 1000), max_records=limit)
                deliveries = self._accept(found)
                if deliveries or left <= 0:
                    return deliveries
                await self._commit(self._skipped())
        except (KafkaError, OSError) as error:
            await self.leave()  # aiokafka's member may be beyond repair; the next read joins with another
            raise LogUnavailable(f"Kafka at {self._address.shown}, reading: {error}") from error

    async def commit(self, done: Sequence[Delivery]) -> None:
        offsets = self._skipped()
        for delivery in done:
            place = delivery.position
            assert isinstance(place, Place)
            known = self._progress.get(place.lane)
            if known is not None and place.assignment == self._assignment and place.after > known.committed:
                offsets[place.lane] = place.after
        await self._commit(offsets)

    async def stay(self) -> None:
        """To ask for nothing counts as a sign of life."""
        if self._member is not None:
            try:
                await self._member.getmany(NOBODY)
            except KafkaError as error:
                log.warning("consumer %s: %s", self.consumer, error)

    async def leave(self) -> None:
        """Leave the group; the next read joins it again."""
        member, self._member = self._member, None
        self._forget()
        if member is not None:
            await _end(member)

    async def close(self) -> None:
        await self.leave()
        self._on_closed(self)

    async def _join(self) -> Any:
        member = AIOKafkaConsumer(
            **self._address.connection,
            group_id=self._address.prefix + self.consumer,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=int(self._address.session_timeout * 1000),
            heartbeat_interval_ms=int(self._address.session_timeout * 300),
            max_poll_interval_ms=int(self._address.poll_timeout * 1000),
        )
        topics = [self._address.prefix + topic.name for topic in self._topics]
        member.subscribe([*topics, self._replays], listener=_Rebalances(self._forget))
        try:
            async with answering(self._address, "joining the group", JOIN_SECONDS):
                await member.start()
        except BaseException:
            await _end(member)
            raise
        self._member = member
        return member

    def _forget(self) -> None:
        self._assignment += 1
        self._progress.clear()

    def _go_back(self, member: Any) -> None:
        """To what was read and not committed."""
        assigned = member.assignment()
        for lane, progress in self._progress.items():
            if progress.committed < progress.read and lane in assigned:
                member.seek(lane, progress.committed)
                progress.read = progress.committed

    def _accept(self, found: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> list[Delivery]:
        deliveries = []
        for lane, records in found.items():
            wanted = [(record, event) for record in records if (event := self._event(record)) is not None]
            progress = self._progress.setdefault(lane, Progress(records[0].offset, records[0].offset))
            progress.read = records[-1].offset + 1
            if not wanted:
                continue  # committed with the next that is wanted, or before the next wait
            progress.delivered = progress.read
            ends = [record.offset for record, _ in wanted[1:]] + [progress.read]
            deliveries += [
                Delivery(Place(lane, after, self._assignment), event)
                for (_, event), after in zip(wanted, ends, strict=True)
            ]
        return deliveries

    def _event(self, record: ConsumerRecord) -> Event | Malformed | None:
        """What the record holds, or None where this consumer does not want it."""
        place = f"{record.topic}/{record.partition}/{record.offset}"
        if record.topic == self._replays:
            headers = dict(record.headers)
            if headers.get("consumer") != self.consumer.encode():
                return None
            place = headers["id"].decode()
        event = decode_or_keep(record.value or b"", place)
        if isinstance(event, Event) and self._types and event.type not in self._types:
            return None
        return event

    def _skipped(self) -> dict[TopicPartition, int]:
        """The offsets after what was read and not wanted, where nothing wanted is left before them."""
        return {
            lane: progress.read
            for lane, progress in self._progress.items()
            if progress.delivered <= progress.committed < progress.read
        }

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        if not offsets or self._member is None:
            return
        try:
            async with answering(self._address, "committing"):
                await self._member.commit(dict(offsets))
        except LogUnavailable as error:
            if isinstance(error.__cause__, CommitFailedError | IllegalStateError):
                log.info("consumer %s: others have taken over what it was about", self.consumer)
                return
            raise
        for lane, after in offsets.items():
            if lane in self._progress:
                self._progress[lane].committed = after


async def _end(member: Any) -> None:
    """However it stops, it must not join the group again behind our back: without connections it cannot."""
    await closed_in_time(member.stop())
    await closed_in_time(member._client.close())


class _Rebalances(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """Forgets what was read, whenever partitions change hands."""

    def __init__(self, forget: Callable[[], None]) -> None:
        self._forget = forget

    def on_partitions_revoked(self, revoked: Any) -> None:
        self._forget()

    def on_partitions_assigned(self, assigned: Any) -> None:
        self._forget()
