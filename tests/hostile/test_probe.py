"""The stall probe sees what stops the loop, and nothing else."""

from __future__ import annotations

import asyncio
import os
import time
import zlib

import pytest

from tests.hostile.probe import WaitsForCore, no_stall, probed


def work(seconds: float) -> None:
    """Use processor time, holding the interpreter lock but for its switches."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def test_work_on_the_loop_is_a_stall() -> None:
    async with probed() as probe:
        await asyncio.sleep(0.01)
        work(0.12)
        await asyncio.sleep(0.01)
    assert 0.11 < probe.longest < 0.25


async def test_work_at_the_end_of_the_body_counts_too() -> None:
    with pytest.raises(AssertionError, match="stalled for"):
        async with no_stall():
            work(0.06)


async def test_work_in_slices_is_no_stall() -> None:
    async with no_stall():
        for _ in range(20):
            work(0.01)
            await asyncio.sleep(0)


async def test_work_in_a_thread_is_no_stall() -> None:
    async with no_stall():
        await asyncio.to_thread(work, 0.2)


async def test_a_thread_that_keeps_the_interpreter_lock_is_a_stall() -> None:
    waits = WaitsForCore()
    before = waits.seconds()
    async with probed() as probe:
        await asyncio.to_thread(pow, 3, 3_000_000)  # 0.2 s
    waited = waits.seconds() - before  # for a core of a busy machine
    waits.close()
    assert probe.longest + waited > 0.05


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux tells how long a thread had no core")
async def test_a_thread_that_keeps_the_lock_on_the_only_core_is_a_stall() -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        async with probed() as probe:
            await asyncio.to_thread(pow, 3, 3_000_000)
    finally:
        os.sched_setaffinity(0, cores)
    assert probe.longest > 0.02


async def test_a_thread_that_gives_the_lock_up_is_no_stall() -> None:
    data = bytes(60_000_000)
    async with no_stall():
        await asyncio.to_thread(zlib.crc32, data)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux tells how long a thread had no core")
async def test_a_loop_that_gets_no_core_does_not_stall() -> None:
    """More busy threads than cores, of which each has the interpreter lock only for moments."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        data, waits = bytes(30_000_000), WaitsForCore()
        async with no_stall():
            await asyncio.gather(*(asyncio.to_thread(zlib.crc32, data) for _ in range(16)))
        waited = waits.seconds()
        waits.close()
    finally:
        os.sched_setaffinity(0, cores)
    assert waited > 0
