"""Changes of files, by events and by polling: each counts once, however an editor writes it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from hanse.dev.watching import Change, WakeUps, best_wake_ups, changes, file_events, poll

DEADLINE = 30.0  # seconds


async def following(stream: AsyncIterator[Change]) -> Change:
    async with asyncio.timeout(DEADLINE):
        return await anext(stream)


@pytest.mark.parametrize("wake_ups", [poll, file_events])
async def test_every_way_to_write_is_one_change(tmp_path: Path, wake_ups: WakeUps) -> None:
    first, second, late = tmp_path / "a.graphql", tmp_path / "b.graphql", tmp_path / "below" / "c.graphql"
    first.write_text("a")
    second.write_text("b")
    async with aclosing(changes(lambda: [first, second, late], wake_ups)) as stream:
        waiting = asyncio.create_task(following(stream))
        await asyncio.sleep(0)
        (tmp_path / "other").write_text("of no interest")

        async def change() -> Change:
            nonlocal waiting
            found = await waiting
            waiting = asyncio.create_task(following(stream))
            return found

        await until_known(waiting)
        first.write_text("in place")
        found = await change()
        assert found.paths == {first}
        assert abs(time.time() - found.at) < DEADLINE

        (tmp_path / "new").write_text("renamed")
        (tmp_path / "new").replace(second)
        assert (await change()).paths == {second}

        first.unlink()
        assert (await change()).paths == {first}
        first.write_text("again")
        assert (await change()).paths == {first}

        late.parent.mkdir()
        late.write_text("in a new folder")
        assert (await change()).paths == {late}
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def until_known(waiting: asyncio.Task[Change]) -> None:
    """Let the first look at the files happen."""
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert not waiting.done()


def test_events_are_used_where_the_extra_is_installed() -> None:
    assert best_wake_ups() is file_events
