"""What `make chaos` kills, in which order, and that it is started again."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from deploy.chaos.faults import Faults, schedule
from deploy.chaos.supervisor import Supervisor
from deploy.servers.base import ServerProcess

SOON = (0.0, 0.1)


@dataclass
class Sleeper:
    """A server that does nothing, once it can start: not before the file `wanted` is there."""

    name: str
    wanted: Path | None = None
    url: str = ""

    def prepare(self) -> None:
        """Nothing has to be there."""

    def command(self) -> list[str]:
        """Sleep, or exit immediately."""
        condition = f"test -e '{self.wanted}' && " if self.wanted else ""
        return ["/bin/sh", "-c", f"{condition} exec sleep 60"]

    def environment(self) -> Mapping[str, str]:
        """Nothing is needed."""
        return {}

    def ready(self) -> bool:
        """Whether it could start."""
        return self.wanted is None or self.wanted.exists()


def sleeping(folder: Path, names: Iterable[str]) -> dict[str, ServerProcess]:
    """Processes of these names, not started yet."""
    return {name: ServerProcess(Sleeper(name), folder / f"{name}.log") for name in names}


@contextmanager
def ended(processes: Mapping[str, ServerProcess]) -> Iterator[None]:
    """End them after the block, whatever comes of it."""
    try:
        yield
    finally:
        for process in processes.values():
            process.kill()


def kinds_of(chance: random.Random) -> dict[str, str]:
    """Parts of several kinds, of some kinds one, of others many."""
    numbers = {kind: chance.randint(1, 9) for kind in "abcdefg"[: chance.randint(1, 7)]}
    return {f"{kind}{number}": kind for kind, many in numbers.items() for number in range(many)}


@pytest.mark.parametrize("seed", range(50))
def test_each_round_takes_every_part_once_and_one_of_each_kind_first(seed: int) -> None:
    kinds = kinds_of(random.Random(seed))
    different, taken = len(set(kinds.values())), schedule(kinds, seed)
    for _ in range(3):
        one_round = list(islice(taken, len(kinds)))
        assert Counter(one_round) == dict.fromkeys(kinds, 1)
        assert {kinds[name] for name in one_round[:different]} == set(kinds.values())


def test_a_seed_fixes_the_order_and_another_one_changes_it() -> None:
    kinds = {f"{kind}{number}": kind for kind in "abc" for number in range(4)}
    orders = [list(islice(schedule(kinds, seed), 24)) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


async def test_faults_follow_the_schedule_and_what_they_kill_is_started_again(tmp_path: Path) -> None:
    kinds = {"a1": "a", "a2": "a", "b": "b"}
    processes = sleeping(tmp_path, kinds)
    supervisor, faults = Supervisor(processes, seed=5, delay=SOON), Faults(kinds, seed=5, between=(0.01, 0.05))
    stopping = asyncio.Event()
    with ended(processes):
        async with asyncio.timeout(60), supervisor.running():
            assert await supervisor.settle(20) == {}
            supervisor.ended.clear()
            asyncio.get_running_loop().call_later(3, stopping.set)
            await faults.run(supervisor, stopping)
            assert await supervisor.settle(20) == {}
            assert all(process.alive for process in processes.values())
        assert faults.kills == Counter(islice(schedule(kinds, seed=5), faults.kills.total()))
        assert faults.kills_by_kind == {"a": faults.kills["a1"] + faults.kills["a2"], "b": faults.kills["b"]}
        assert faults.kills
        assert not supervisor.ended, "none ended by itself"


async def test_several_may_be_away_at_once_and_who_ends_by_itself_is_started_too(tmp_path: Path) -> None:
    processes = sleeping(tmp_path, ["a", "b", "c"])
    supervisor = Supervisor(processes, seed=1, delay=(2.0, 2.0))
    with ended(processes):
        async with asyncio.timeout(60), supervisor.running():
            assert await supervisor.settle(20) == {}
            supervisor.ended.clear()
            await asyncio.gather(supervisor.kill("a"), supervisor.kill("b"))
            assert not processes["a"].alive
            assert not processes["b"].alive
            processes["c"].kill()
            assert await supervisor.settle(20) == {}
        assert supervisor.ended == {"c": 1}


async def test_what_does_not_start_is_tried_again_and_told_of(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted"
    process = ServerProcess(Sleeper("late", wanted), tmp_path / "late.log")
    supervisor = Supervisor({"late": process}, seed=1, delay=SOON)
    with ended({"late": process}):
        async with asyncio.timeout(60), supervisor.running():
            (reason,) = (await supervisor.settle(3)).values()
            assert "late ended with 1" in reason
            wanted.touch()
            assert await supervisor.settle(20) == {}
