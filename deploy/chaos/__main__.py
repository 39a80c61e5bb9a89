"""`python -m deploy.chaos --minutes 5 --seed 1`: run and print the results; exit code 1 if anything was lost."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

from deploy.chaos.checks import CHECKS
from deploy.chaos.faults import Faults
from deploy.chaos.final_state import open_state
from deploy.chaos.load import Notes, run_load
from deploy.chaos.supervisor import Supervisor
from deploy.chaos.tally import Tally, print_tally, print_verdict
from deploy.chaos.world import World
from deploy.platform import JobFailed
from deploy.servers.base import ServerFailed, ServerMissing

SETTLE_SECONDS = 180.0


def main() -> int:
    """Run, and print the results."""
    parser = argparse.ArgumentParser(prog="make chaos ARGS=...", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="minutes of faults (default: 5)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the order of kills (default: 1)")
    parser.add_argument("--people", type=int, default=8, help="number of concurrent users (default: 8)")
    parser.add_argument("--keep", type=Path, help="keep databases and logs in this folder")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that child processes are stopped, too
    with tempfile.TemporaryDirectory(prefix="hanse-chaos-") as temporary:
        folder = (options.keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with World(folder).running() as world:
                return asyncio.run(_run(world, options))
        except (ServerMissing, ServerFailed, JobFailed) as failure:
            print(f"chaos: {failure}", file=sys.stderr)
            return 2


async def _run(world: World, options: argparse.Namespace) -> int:
    print(
        f"{len(world.processes)} processes running; {options.minutes:g} minutes of faults, seed {options.seed}",
        flush=True,
    )
    notes, faults, supervisor = Notes(), Faults(world.kinds, options.seed), Supervisor(world.processes, options.seed)
    async with supervisor.running():
        seconds = await _load_and_faults(world, options, notes, faults, supervisor)
        print(f"{faults.kills.total()} kills; waiting until all parts run and all events are processed", flush=True)
        calm = time.monotonic()
        stuck = await supervisor.settle(SETTLE_SECONDS)
        settled = time.monotonic() - calm
        async with open_state(world) as state:
            drained = await state.drain()
            problems = {(check.__doc__ or "").splitlines()[0]: await check(state, notes) for check in CHECKS}
            emitted, logged = await state.number_emitted(), await state.number_logged()
    problems["Every part runs again."] = [f"{name}: {reason}" for name, reason in stuck.items()]
    print_tally(Tally(notes, faults, supervisor, seconds, settled, drained, emitted=emitted, logged=logged))
    print_verdict(problems)
    return 1 if any(problems.values()) else 0


async def _load_and_faults(
    world: World, options: argparse.Namespace, notes: Notes, faults: Faults, supervisor: Supervisor
) -> float:
    """Run load and faults for the given time; returns the seconds until the last response."""
    stopping, calm = asyncio.Event(), asyncio.Event()
    began = time.monotonic()
    urls = [f"{router.url}/graphql" for router in world.routers]
    load = asyncio.create_task(run_load(urls, options.people, options.seed, notes, stopping))
    killing = asyncio.create_task(faults.run(supervisor, calm))
    await asyncio.wait([load, killing], timeout=options.minutes * 60, return_when=asyncio.FIRST_EXCEPTION)
    calm.set()
    await killing
    stopping.set()
    await load
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
