"""Threads that serve callers in turn."""

from __future__ import annotations

import asyncio
import threading

import pytest

from subgraphs.users.fair_threads import FairThreads, QueueFull


async def settled() -> None:
    """After all tasks have started."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_callers_take_turns() -> None:
    threads, gate = FairThreads(1, per_caller=100, total=200), threading.Event()
    order: list[str] = []
    busy = asyncio.ensure_future(threads.run("a", gate.wait))
    await settled()
    many = [asyncio.ensure_future(threads.run("a", order.append, "a")) for _ in range(50)]
    await settled()
    few = [asyncio.ensure_future(threads.run(name, order.append, name)) for name in ("b", "c")]
    await settled()
    gate.set()
    await asyncio.gather(busy, *many, *few)
    assert max(order.index("b"), order.index("c")) <= 3, "they wait for one of the others, not for fifty"
    assert len(order) == 52


async def test_queues_are_bounded() -> None:
    threads, gate = FairThreads(1, per_caller=2, total=3), threading.Event()
    waiting = [asyncio.ensure_future(threads.run("a", gate.wait)) for _ in range(3)]
    await settled()
    with pytest.raises(QueueFull):
        await threads.run("a", gate.wait)
    waiting.append(asyncio.ensure_future(threads.run("b", gate.wait)))
    await settled()
    with pytest.raises(QueueFull):
        await threads.run("c", gate.wait)
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * 4
    assert await threads.run("c", gate.wait)


async def test_who_leaves_keeps_no_place_and_no_thread() -> None:
    threads, gate = FairThreads(1, per_caller=1, total=10), threading.Event()
    running = asyncio.ensure_future(threads.run("a", gate.wait))
    queued = asyncio.ensure_future(threads.run("a", gate.wait))
    await settled()
    queued.cancel()
    running.cancel()
    await settled()
    third = asyncio.ensure_future(threads.run("a", gate.wait))
    await settled()
    assert not third.done(), "the thread is still busy"
    gate.set()
    assert await third
