"""The embedded log: the contract of every log, and what is its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from hanse_subgraph.events.embedded import EmbeddedLog
from hanse_subgraph.events.log import LogUnavailable
from hanse_subgraph.events.open import open_event_log
from hanse_wire.settings import SettingsError
from tests.kit.events.log_contract import *  # noqa: F403
from tests.kit.events.log_contract import happened
from tests.kit.events.logs import come


async def test_an_event_is_there_once(log: EmbeddedLog) -> None:
    event = happened()
    await log.append([event])
    await log.append([event, other := happened()])
    assert await come(log.subscribe("c", ()), 2) == [event, other]


async def test_a_reader_that_missed_the_wake_up_sees_the_event_at_its_next_poll(log: EmbeddedLog) -> None:
    read = partial(log._select, "c", (), 10)
    version, found = await log._run(partial(read, None))
    assert not found
    await log.append([event := happened()])
    _, found = await log._run(partial(read, version))
    assert [delivery.event for delivery in found] == [event]


@pytest.mark.parametrize("url", ["", "embedded:", "kafka", "redis://x"])
async def test_an_unknown_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="embedded:FILE"):
        await open_event_log(url)


async def test_a_file_that_cannot_be_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="event log") as refused:
        await open_event_log(f"embedded:{tmp_path}/file/events.sqlite")
    assert "\n" not in str(refused.value)
    (tmp_path / "garbage").write_text("this is no database, and long enough to be taken for one" * 30)
    with pytest.raises(SettingsError, match="not a database"):
        await open_event_log(f"embedded:{tmp_path}/garbage")


async def test_a_full_disk_is_said_in_one_line_and_is_over_when_there_is_room(log: EmbeddedLog) -> None:
    async def limit(pages: int) -> None:
        await log._run(lambda: log._connection.execute(f"PRAGMA max_page_count = {pages}"))

    await log.append([first := happened()])
    await limit(1)  # which is as many as it has
    for _ in range(2):
        with pytest.raises(LogUnavailable, match=r"the disk of the event log .*: make room$"):
            await log.append([happened() for _ in range(5000)])
    assert await come(log.subscribe("c", ()), 1) == [first]
    await limit(2**30)
    await log.append([second := happened()])
    assert await come(log.subscribe("c", ()), 1) == [second]
