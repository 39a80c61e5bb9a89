"""The limits: loops over the drivers alone, without our code."""

from __future__ import annotations

import asyncio
import time

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

PAYLOAD = b"x" * 500  # about the size of an event
PARTITIONS = 6
TOPIC = "bare"


async def inserts(url: str, *, writers: int, seconds: float) -> float:
    """Rows per second, each in its own transaction, over `connections`."""
    bare = url.replace("postgresql+asyncpg:", "postgresql:")
    connections = [await asyncpg.connect(bare) for _ in range(writers)]
    await connections[0].execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body bytea NOT NULL)")
    end = time.perf_counter() + seconds

    async def write(connection: asyncpg.Connection) -> int:
        done = 0
        while time.perf_counter() < end:
            await connection.execute("INSERT INTO bare (body) VALUES ($1)", PAYLOAD)
            done += 1
        return done

    done = await asyncio.gather(*(write(connection) for connection in connections))
    for connection in connections:
        await connection.close()
    return sum(done) / seconds


async def produced(hosts: str, count: int) -> float:
    """Messages per second of an idempotent producer, sent one by one and awaited in groups of 500."""
    admin = AIOKafkaAdminClient(bootstrap_servers=hosts)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=hosts, enable_idempotence=True, max_batch_size=524_288) as producer:
        await producer.send_and_wait(TOPIC, PAYLOAD, b"first")
        started = time.perf_counter()
        for _ in range(count // 500):
            sent = [await producer.send(TOPIC, PAYLOAD, str(number).encode()) for number in range(500)]
            await asyncio.gather(*sent)
        return count / (time.perf_counter() - started)


async def consumed(hosts: str, count: int) -> float:
    """Messages per second of a consumer that commits after every 200."""
    lanes = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
    async with AIOKafkaConsumer(
        bootstrap_servers=hosts, group_id="bare", enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign(lanes)
        done = 0
        started = time.perf_counter()
        while done < count:
            for records in (await consumer.getmany(timeout_ms=1000, max_records=200)).values():
                done += len(records)
            await consumer.commit()
        return done / (time.perf_counter() - started)
