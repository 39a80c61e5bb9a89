"""`python -m tests.fuzz`: send random and damaged requests to the platform, and print what was found.

Exits with 1 if a request was answered by a fault, if the event loop stalled, or if memory kept growing. Everything that
is found is written to the folder of `--output` as it occurs, with the requests.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from graphql import build_schema

from hanse_wire.garbage import start_collecting
from tests.fuzz.run import Fault, Report, Run
from tests.fuzz.stalls import Stall
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
        with Findings(options.output) as findings:
            report = asyncio.run(fuzz(Path(folder), options.requests, options.seed, found=findings.write))
        findings.write_memory(report)
    print(summary(report))
    found = bool(report.faults or report.stalls or report.memory_grows)
    print(f"\n{'FAILED' if found else 'passed'}; everything found is in {options.output}")
    return int(found)


async def fuzz(
    folder: Path, requests: int, seed: int, wrap: Wrap = unchanged, found: Callable[[Fault | Stall], None] = print
) -> Report:
    """Start the platform on a folder, and send it so many requests.

    `wrap` puts an application around its router; `found` is called with each fault and each stall.
    """
    schema = build_schema(SCHEMA.read_text(encoding="utf-8"))
    async with opened(folder, wrap) as world:
        start_collecting()  # as servers do
        return await Run(world, schema, seed, show, found).send(requests)


def show(report: Report) -> None:
    """Print how far a run is."""
    used = f", {report.memory[-1][1]:.0f} MB" if report.memory else ""
    found = f"{report.faults} faults, {report.stalls} stalls"
    print(f"{report.requests:,} requests, {found}{used}", file=sys.stderr, flush=True)


def summary(report: Report) -> str:
    """The figures of a run as Markdown."""
    rows = [
        ("seed", str(report.seed)),
        ("requests", f"{report.requests:,} in {report.seconds:.0f} s"),
        ("statuses", ", ".join(f"{status}: {count:,}" for status, count in sorted(report.statuses.items()))),
        ("codes of errors", ", ".join(f"{code}: {count:,}" for code, count in report.codes.most_common())),
        ("faults", str(report.faults)),
        ("longest stall", f"{report.longest_stall * 1000:.0f} ms of processor time"),
        (f"stalls above {MAX_STALL_SECONDS * 1000:.0f} ms", str(report.stalls)),
        ("memory after a third, at the end", f"{report.memory_after_warm_up:.0f} MB, {report.memory[-1][1]:.0f} MB"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


class Findings:
    """Writes faults and stalls as JSON lines to a folder, and the memory as a table."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._faults = (folder / "faults.jsonl").open("w", encoding="utf-8")
        self._stalls = (folder / "stalls.jsonl").open("w", encoding="utf-8")

    def __enter__(self) -> Findings:
        return self

    def __exit__(self, *_: object) -> None:
        self._faults.close()
        self._stalls.close()

    def write(self, found: Fault | Stall) -> None:
        """Write a fault or a stall."""
        file = self._stalls if isinstance(found, Stall) else self._faults
        file.write(json.dumps(asdict(found)) + "\n")
        file.flush()

    def write_memory(self, report: Report) -> None:
        """Write the memory after each part of a run."""
        lines = [f"{count},{size:.1f}\n" for count, size in report.memory]
        (self._folder / "memory.csv").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
