"""Measure, and print one table: `python -m benchmarks.events [--quick] [--output FILE]`.

It starts PostgreSQL, Kafka and two subgraphs itself, in a temporary folder, and stops them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import signal
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.events import limits, pipeline
from deploy.platform import Outside
from deploy.project import PROJECT, SUBGRAPHS
from deploy.servers.base import ServerMissing, ServerProcess
from deploy.servers.kafka import KafkaServer
from deploy.servers.postgres import Postgres
from hanse_subgraph.events.kafka.setup import set_up_topics


@dataclass(frozen=True, slots=True)
class Amount:
    """The numbers of operations."""

    seconds: float = 10.0
    events: int = 20_000
    samples: int = 80
    clients: int = 16


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns 1 if a server is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it works")
    parser.add_argument("--output", type=Path, help="also write the table to this file")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as a normal exit, so that the servers are stopped
    amount = Amount(seconds=2, events=2000, samples=10) if options.quick else Amount()
    with tempfile.TemporaryDirectory(prefix="hanse-bench-events-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL can run as another user
        try:
            text = run(folder, amount)
        except ServerMissing as missing:
            print(missing, file=sys.stderr)
            return 1
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return 0


def run(folder: Path, amount: Amount) -> str:
    """Start the servers, measure, and stop them; returns the table. Raises ServerMissing."""
    postgres, kafka = Postgres(folder / "postgres"), KafkaServer(folder / "kafka")
    with ServerProcess(postgres, folder / "postgres.log"), ServerProcess(kafka, folder / "kafka.log"):
        databases = {name: postgres.create_database(name) for name in (*SUBGRAPHS, "bare")}
        outside = Outside(databases=databases, events=kafka.url)
        return asyncio.run(_measure(folder, amount, outside))


async def _measure(folder: Path, amount: Amount, outside: Outside) -> str:
    hosts = outside.events.removeprefix("kafka://")
    rows: list[tuple[str, str]] = []

    def found(what: str, number: str) -> None:
        print(f"... {what}: {number}", file=sys.stderr, flush=True)
        rows.append((what, number))

    await set_up_topics(outside.events, PROJECT.platform().topics)
    signer = pipeline.Signer(folder)
    async with pipeline.subgraphs(folder / "platform", outside, signer) as urls:
        speed = await pipeline.mutations(urls, signer, clients=amount.clients, seconds=amount.seconds)
        found("mutations acknowledged, each with its event", f"{speed:,.0f}/s")
        delays = sorted(await pipeline.delays(urls, signer, amount.samples))
    bare = await limits.inserts(outside.databases["bare"], writers=amount.clients, seconds=amount.seconds)
    found("limit: bare INSERTs, one transaction each (asyncpg)", f"{bare:,.0f}/s")
    relayed, consumed = await pipeline.relayed_and_consumed(folder / "platform", outside, amount.events)
    found("events through one relay, outbox to Kafka", f"{relayed:,.0f}/s")
    found("limit: bare producer, acks=all (aiokafka)", f"{await limits.produced(hosts, amount.events):,.0f}/s")
    found("events through one consumer, Kafka to counted", f"{consumed:,.0f}/s")
    found("limit: bare consumer (aiokafka)", f"{await limits.consumed(hosts, amount.events):,.0f}/s")
    found("from a commit to `liveStats`, median", f"{statistics.median(delays) * 1000:.0f} ms")
    found("from a commit to `liveStats`, 99th percentile", f"{delays[int(len(delays) * 0.99)] * 1000:.0f} ms")
    return _table(rows, amount)


def _table(rows: Sequence[tuple[str, str]], amount: Amount) -> str:
    machine = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {_processor()}; load {os.getloadavg()[0]:.1f}"
    )
    parameters = f"{amount.clients} clients, {amount.seconds:g} s, {amount.events:,} events, {amount.samples} delays"
    lines = [f"{machine}; everything on this one machine. {parameters}.", "", "| what | |", "|---|---:|"]
    return "\n".join([*lines, *(f"| {what} | {number} |" for what, number in rows), ""])


def _processor() -> str:
    """The name of the processor, if known."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
