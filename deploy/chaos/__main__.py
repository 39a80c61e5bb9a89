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
from deploy.chaos.world import World
from deploy.servers.base import ServerMissing


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
        except ServerMissing as missing:
            print(missing, file=sys.stderr)
            return 2


async def _run(world: World, asked: argparse.Namespace) -> int:
    notes, faults = Notes(), Faults(world.processes, asked.seed)
    print(f"{len(world.processes)} processes run; {asked.minutes:g} minutes of faults, seed {asked.seed}", flush=True)
    stopping, calm = asyncio.Event(), asyncio.Event()
    began = time.monotonic()
    urls = [f"{router.url}/graphql" for router in world.routers]
    load = asyncio.create_task(run_load(urls, asked.people, asked.seed, notes, stopping))
    killing = asyncio.create_task(faults.run(calm))
    await asyncio.wait([load, killing], timeout=asked.minutes * 60, return_when=asyncio.FIRST_EXCEPTION)
    calm.set()
    await killing
    stopping.set()
    await load
    seconds = time.monotonic() - began
    print(f"{faults.kills.total()} kills; waiting until all events have arrived", flush=True)
    async with opened(world) as books:
        drained = await books.drain()
        wrong = {check: await check(books, notes) for check in CHECKS}
        told, logged = await books.number_told(), await books.number_logged()
    _print_tally(notes, faults, seconds=seconds, drained=drained, told=told, logged=logged)
    for check, problems in wrong.items():
        print(f"{'WRONG' if problems else 'holds'}  {(check.__doc__ or '').splitlines()[0]}")
        for problem in problems:
            print(f"       {problem}")
    for failed in faults.stuck:
        print(f"WRONG  A part did not start again: {failed}")
    return 1 if drained is None or faults.stuck or any(wrong.values()) else 0


def _print_tally(
    notes: Notes, faults: Faults, *, seconds: float, drained: float | None, told: int, logged: int
) -> None:
    print(f"acknowledged  {notes.count} mutations in {seconds:.0f} s, {notes.count / seconds:.1f} a second")
    print("              " + ", ".join(f"{kind} {len(things)}" for kind, things in sorted(notes.acknowledged.items())))
    print("refused       " + (", ".join(f"{code} {n}" for code, n in notes.refused.most_common()) or "none"))
    print("killed        " + ", ".join(f"{name} {n}" for name, n in sorted(faults.kills.items())))
    print("ended itself  " + (", ".join(f"{name} {n}" for name, n in sorted(faults.ended.items())) or "none"))
    print("drained       " + ("never" if drained is None else f"after {drained:.1f} s"))
    print(f"events        {told} told, {logged} in the log: {logged - told} came twice and counted once")


if __name__ == "__main__":
    sys.exit(main())
