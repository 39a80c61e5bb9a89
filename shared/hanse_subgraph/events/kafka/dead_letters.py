"""Dead letters on Kafka: a compacted topic that holds the last word on each, and a topic that takes them back."""

from __future__ import annotations

from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from hanse_subgraph.events.envelope import bytes_of, decode_or_keep
from hanse_subgraph.events.kafka.address import Address
from hanse_subgraph.events.kafka.producer import Producer
from hanse_subgraph.events.kafka.reader import whole
from hanse_subgraph.events.log import DeadLetter
from hanse_subgraph.events.topics import DEAD_LETTERS, REPLAYS

MAX_ERROR_LENGTH = 4000


class KafkaDeadLetters:
    """The dead letters of one cluster."""

    def __init__(self, address: Address, producer: Producer) -> None:
        self._address = address
        self._producer = producer
        self._letters = address.prefix + DEAD_LETTERS.name
        self._replays = address.prefix + REPLAYS.name

    async def bury(self, letter: DeadLetter) -> None:
        headers = (
            ("consumer", letter.consumer.encode()),
            ("id", letter.event.id.encode()),
            ("error", letter.error[:MAX_ERROR_LENGTH].encode()),
            ("attempts", str(letter.attempts).encode()),
            ("buried", letter.buried_at.astimezone(UTC).isoformat().encode()),
        )
        value = bytes_of(letter.event)
        await self._producer.write(
            self._letters, key=_key(letter.consumer, letter.event.id), value=value, headers=headers
        )

    async def letters(self, consumer: str | None) -> list[DeadLetter]:
        last: dict[bytes, ConsumerRecord] = {}
        for record in await whole(self._address, self._letters):
            last.pop(record.key, None)
            if record.value is not None:
                last[record.key] = record
        letters = [_letter(record) for record in last.values()]
        return [letter for letter in letters if consumer in (None, letter.consumer)]

    async def replay(self, consumer: str, event_id: str) -> bool:
        """Where we die in between, the letter is there still; the inbox knows what was handled."""
        for letter in await self.letters(consumer):
            if letter.event.id == event_id:
                headers = (("consumer", consumer.encode()), ("id", event_id.encode()))
                key = event_id.encode()
                await self._producer.write(self._replays, key=key, value=bytes_of(letter.event), headers=headers)
                await self._producer.write(self._letters, key=_key(consumer, event_id), value=None)
                return True
        return False


def _key(consumer: str, event_id: str) -> bytes:
    return f"{consumer}/{event_id}".encode()


def _letter(record: ConsumerRecord) -> DeadLetter:
    headers = dict(record.headers)
    return DeadLetter(
        consumer=headers["consumer"].decode(),
        event=decode_or_keep(record.value, headers["id"].decode()),
        error=headers["error"].decode(),
        attempts=int(headers["attempts"]),
        buried_at=datetime.fromisoformat(headers["buried"].decode()),
    )
