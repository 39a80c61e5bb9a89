"""The event log on Kafka, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Self

from aiokafka.errors import KafkaError

from hanse_subgraph.events.envelope import Event, decode_or_keep
from hanse_subgraph.events.kafka.address import Address, parse_address
from hanse_subgraph.events.kafka.connection import require_reachable, require_topics
from hanse_subgraph.events.kafka.dead_letters import KafkaDeadLetters
from hanse_subgraph.events.kafka.producer import Producer
from hanse_subgraph.events.kafka.reader import lag_of, put_back, whole
from hanse_subgraph.events.kafka.subscription import KafkaSubscription
from hanse_subgraph.events.log import DeadLetter
from hanse_subgraph.events.topics import REPLAYS, Topics
from hanse_wire.settings import SettingsError


class KafkaLog:
    """One process's hold on the log. Connections are made when they are needed, and again after failures."""

    def __init__(self, address: Address, topics: Topics) -> None:
        self._address = address
        self._producer = Producer(address, topics)
        self._dead_letters = KafkaDeadLetters(address, self._producer)
        self._declared = topics
        self._subscriptions: set[KafkaSubscription] = set()

    @classmethod
    async def open(cls, url: str, topics: Topics) -> Self:
        """The log at the URL. Raises SettingsError where it cannot be reached, refuses us, or lacks a topic."""
        address = parse_address(url)
        await require_reachable(address)
        await require_topics(address, [address.prefix + topic.name for topic in topics.all])
        return cls(address, topics)

    async def append(self, events: Sequence[Event]) -> Mapping[str, str]:
        """What is there already is there twice then: consumers know it by its id."""
        return await self._producer.append(events) if events else {}

    def subscribe(self, consumer: str, types: Collection[str]) -> KafkaSubscription:
        subscription = KafkaSubscription(
            self._address, consumer, types, self._subscriptions.discard, topics=self._declared
        )
        self._subscriptions.add(subscription)
        return subscription

    async def history(self, event_type: str) -> AsyncIterator[Event]:
        """The whole topic is read: of a type that is alone in its own."""
        topic = self._address.prefix + self._declared.of(event_type).name
        for record in await whole(self._address, topic):
            event = decode_or_keep(record.value or b"", topic)
            if isinstance(event, Event) and event.type == event_type:
                yield event

    async def bury(self, letter: DeadLetter) -> None:
        await self._dead_letters.bury(letter)

    async def dead_letters(self, consumer: str | None = None) -> list[DeadLetter]:
        return await self._dead_letters.letters(consumer)

    async def replay(self, consumer: str, event_id: str) -> bool:
        return await self._dead_letters.replay(consumer, event_id)

    async def rewind(self, consumer: str, types: Collection[str] = ()) -> None:
        """This process's own readers leave the group first."""
        for subscription in self._subscriptions:
            if subscription.consumer == consumer:
                await subscription.leave()
        try:
            await put_back(self._address, self._group(consumer), self._topics(types))
        except KafkaError as error:
            raise SettingsError(f"the consumer {consumer} runs elsewhere ({error}): stop it first") from error

    async def lag(self, consumer: str, types: Collection[str] = ()) -> Mapping[str, int]:
        """Parts are partitions; events of types that are not wanted count until they were passed."""
        return await lag_of(self._address, self._group(consumer), self._topics(types))

    async def close(self) -> None:
        for subscription in list(self._subscriptions):
            await subscription.close()
        await self._producer.close()

    def _group(self, consumer: str) -> str:
        return self._address.prefix + consumer

    def _topics(self, types: Collection[str]) -> list[str]:
        return [self._address.prefix + topic.name for topic in (*self._declared.of_types(types), REPLAYS)]
