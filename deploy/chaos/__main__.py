"""`python -m deploy.chaos --minutes 5 --seed 1`: the run, and its tally; exit code 1 where anything was lost."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

from deploy.chaos.books import opened
from deploy.chaos.checks import CHECKS
from deploy.chaos.faults import Faults
from deploy.chaos.load import Notes, run_load
from deploy.chaos.supervisor import Supervisor
from deploy.chaos.tally import Tally, print_tally, print_verdict
from deploy.chaos.world import World
from deploy.platform import JobFailed
from deploy.servers.base import ServerFailed, ServerMissing

SETTLE_SECONDS = 180.0


def main() -> int:
    """Run, and print what came of it."""
    parser = argparse.ArgumentParser(prog="make chaos ARGS=...", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long parts are killed (default: 5)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed kills in the same order (default: 1)")
    parser.add_argument("--people", type=int, default=8, help="how many users act at once (default: 8)")
    parser.add_argument("--keep", type=Path, help="keep databases and logs in this folder")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends too
    with tempfile.TemporaryDirectory(prefix="hanse-chaos-") as temporary:
        folder = (asked.keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with World(folder).running() as world:
                return asyncio.run(_run(world, asked))
        except (ServerMissing, ServerFailed, JobFailed) as failure:
            print(f"chaos: {failure}", file=sys.stderr)
            return 2


async def _run(world: World, asked: argparse.Namespace) -> int:
    print(f"{len(world.processes)} processes run; {asked.minutes:g} minutes of faults, seed {asked.seed}", flush=True)
    notes, faults, supervisor = Notes(), Faults(world.kinds, asked.seed), Supervisor(world.processes, asked.seed)
    async with supervisor.running():
        seconds = await _trouble(world, asked, notes, faults, supervisor)
        print(f"{faults.kills.total()} kills; waiting until all runs, and all events have arrived", flush=True)
        calm = time.monotonic()
        stuck = await supervisor.settle(SETTLE_SECONDS)
        settled = time.monotonic() - calm
        async with opened(world) as books:
            drained = await books.drain()
            wrong = {(check.__doc__ or "").splitlines()[0]: await check(books, notes) for check in CHECKS}
            told, logged = await books.number_told(), await books.number_logged()
    wrong["Every part runs again."] = [f"{name} does not: {reason}" for name, reason in stuck.items()]
    print_tally(Tally(notes, faults, supervisor, seconds, settled, drained, told=told, logged=logged))
    print_verdict(wrong)
    return 1 if any(wrong.values()) else 0


async def _trouble(
    world: World, asked: argparse.Namespace, notes: Notes, faults: Faults, supervisor: Supervisor
) -> float:
    """Load and faults for the time asked; how many seconds they took to the last answer."""
    stopping, calm = asyncio.Event(), asyncio.Event()
    began = time.monotonic()
    urls = [f"{router.url}/graphql" for router in world.routers]
    load = asyncio.create_task(run_load(urls, asked.people, asked.seed, notes, stopping))
    killing = asyncio.create_task(faults.run(supervisor, calm))
    await asyncio.wait([load, killing], timeout=asked.minutes * 60, return_when=asyncio.FIRST_EXCEPTION)
    calm.set()
    await killing
    stopping.set()
    await load
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
