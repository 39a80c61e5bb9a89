"""`python -m tests.fuzz`: send random and damaged requests to the platform, and print what was found.

Exits with 1 if a request was answered by a fault, if the event loop stalled, or if memory kept growing. Everything that
was found is written to the folder of `--output`, with the requests.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from graphql import build_schema

from hanse_wire.garbage import start_collecting
from tests.fuzz.run import Report, Run
from tests.fuzz.world import ENVIRONMENT, Wrap, opened, unchanged
from tests.hostile.probe import MAX_STALL_SECONDS

SCHEMA = Path(__file__).parents[2] / "schema" / "published" / "api.graphql"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the fuzzer."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=300_000, help="number of requests (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the seed (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path("build/fuzz"), help="a folder (default: %(default)s)")
    options = parser.parse_args(arguments)
    os.environ.update(ENVIRONMENT)
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="hanse-fuzz-") as folder:
        report = asyncio.run(fuzz(Path(folder), options.requests, options.seed))
    write(report, options.output)
    print(summary(report))
    found = bool(report.faults or report.stalls or report.memory_grows)
    print(f"\n{'FAILED' if found else 'passed'}; everything found is in {options.output}")
    return int(found)


async def fuzz(folder: Path, requests: int, seed: int, wrap: Wrap = unchanged) -> Report:
    """Start the platform on a folder, and send it so many requests. `wrap` puts an application around its router."""
    schema = build_schema(SCHEMA.read_text(encoding="utf-8"))
    async with opened(folder, wrap) as world:
        start_collecting()  # as servers do
        return await Run(world, schema, seed, show).send(requests)


def show(report: Report) -> None:
    """Print how far a run is."""
    faults, stalls, memory = len(report.faults), len(report.stalls), report.memory
    used = f", {memory[-1][1]:.0f} MB" if memory else ""
    print(f"{report.requests:,} requests, {faults} faults, {stalls} stalls{used}", file=sys.stderr, flush=True)


def summary(report: Report) -> str:
    """The figures of a run as Markdown."""
    rows = [
        ("seed", str(report.seed)),
        ("requests", f"{report.requests:,} in {report.seconds:.0f} s"),
        ("statuses", ", ".join(f"{status}: {count:,}" for status, count in sorted(report.statuses.items()))),
        ("codes of errors", ", ".join(f"{code}: {count:,}" for code, count in report.codes.most_common())),
        ("faults", str(len(report.faults))),
        ("longest stall", f"{report.longest_stall * 1000:.0f} ms of processor time"),
        (f"stalls above {MAX_STALL_SECONDS * 1000:.0f} ms", str(len(report.stalls))),
        ("memory after a third, at the end", f"{report.memory_after_warm_up:.0f} MB, {report.memory[-1][1]:.0f} MB"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def write(report: Report, folder: Path) -> None:
    """Write faults and stalls as JSON lines, and the memory as a table."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "faults.jsonl").open("w", encoding="utf-8") as file:
        for fault in report.faults:
            file.write(json.dumps({"kind": fault.kind, "request": fault.request, "answer": fault.answer}) + "\n")
    with (folder / "stalls.jsonl").open("w", encoding="utf-8") as file:
        for seconds, requests in report.stalls:
            file.write(json.dumps({"milliseconds": round(seconds * 1000), "in_flight": requests}) + "\n")
    (folder / "memory.csv").write_text("".join(f"{count},{size:.1f}\n" for count, size in report.memory))


if __name__ == "__main__":
    sys.exit(main())
