"""Cyclic garbage is collected in small portions, and old objects only when the server is idle."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from hanse_router.errors import RouterError
from hanse_router.prepare import Preparer
from hanse_router.settings import RouterSettings
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import api_schema, parse_supergraph
from hanse_wire.garbage import (
    AFTER_DOCUMENT,
    FULL_AFTER,
    collect_when_idle,
    release_memory,
    resident_bytes,
    start_collecting,
)


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    """Restore the collector after a test."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Cycle:
    """An object that only the collector frees."""

    def __init__(self) -> None:
        self.me = self


def test_what_a_new_document_leaves_is_collected_before_it_is_much() -> None:
    supergraph = parse_supergraph(
        compose([SubgraphSource(name="a", url="http://a", sdl="type Query { a: Int b(x: Int): Int }")]).sdl or ""
    )
    preparer = Preparer(supergraph, api_schema(supergraph), RouterSettings())
    gc.set_threshold(1_000_000, 10, 10)
    most = 0
    for number in range(60):
        text = f"{{ a{number}: a b(x: {number}) {'nonsense' if number % 2 else ''} }}"
        try:
            preparer.prepare(text, None)
        except RouterError:
            assert number % 2
        most = max(most, gc.get_count()[0])
    assert 0 < most <= AFTER_DOCUMENT


async def test_old_objects_are_collected_once_the_server_is_idle() -> None:
    start_collecting()
    cycle = Cycle()
    freed = asyncio.Event()
    reference = weakref.ref(cycle, lambda _: freed.set())
    for _ in range(FULL_AFTER + 1):
        gc.collect(1)
    del cycle
    gc.collect(1)
    assert not freed.is_set()
    in_flight = {1}
    collecting = asyncio.create_task(collect_when_idle(in_flight, interval=0.01))
    try:
        await asyncio.sleep(0.1)
        assert not freed.is_set()
        in_flight.clear()
        async with asyncio.timeout(5):
            await freed.wait()
    finally:
        collecting.cancel()
    assert reference() is None


async def test_old_objects_are_collected_under_load_when_memory_has_grown() -> None:
    """Without it, what requests leave in cycles piled up for ten minutes."""
    start_collecting()
    cycle = Cycle()
    freed = asyncio.Event()
    weakref.finalize(cycle, freed.set)
    in_flight = {1}
    collecting = asyncio.create_task(collect_when_idle(in_flight, interval=0.01, overdue_bytes=50_000_000))
    try:
        await asyncio.sleep(0.05)
        for _ in range(FULL_AFTER + 1):
            gc.collect(1)
        del cycle
        await asyncio.sleep(0.1)
        assert not freed.is_set()
        grown = b"x" * 60_000_000
        async with asyncio.timeout(5):
            await freed.wait()
        assert grown
    finally:
        collecting.cancel()


@pytest.mark.skipif(resident_bytes() == 0, reason="this system does not say how much memory is used")
def test_free_memory_goes_back_to_the_system() -> None:
    """Blocks below those that are still used stay in the process otherwise."""
    blocks = [b"x" * 50_000 for _ in range(1_000)]
    used = resident_bytes()
    del blocks[:-1]
    release_memory()
    assert resident_bytes() < used - 20_000_000
