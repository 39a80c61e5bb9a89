"""An answered request leaves nothing behind that only the garbage collector can free.

A cycle would keep its whole response in memory until the collector comes, which then stops all requests.
"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from benchmarks.cases import CASES, Case
from benchmarks.stub import Subgraphs
from hanse_router.app import create_router
from hanse_router.server.asgi import Message
from hanse_router.settings import RouterSettings

Ask = Callable[[], Awaitable[None]]


@asynccontextmanager
async def asking(case: Case) -> AsyncIterator[Ask]:
    """What sends the case's request to a router whose subgraphs are reached over HTTP."""
    subgraphs = await asyncio.get_running_loop().create_server(lambda: Subgraphs(0), "127.0.0.1", 0)
    port = subgraphs.sockets[0].getsockname()[1]
    settings = RouterSettings.model_validate({"identity": {"enabled": False}})
    router = create_router(settings, case.supergraph(f"http://127.0.0.1:{port}"))
    answers: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": case.body, "more_body": False}

    async def send(message: Message) -> None:
        answers.append(message.get("body", b""))

    async def ask() -> None:
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b""}
        answers.clear()
        await router({**scope, "headers": [(b"content-type", b"application/json")]}, receive, send)
        assert b'"data":{' in b"".join(answers)

    try:
        yield ask
    finally:
        await router.stop()
        subgraphs.close()


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Only objects made inside count: `freeze` sets aside what other tests and threads still hold."""
    gc.collect()
    gc.disable()
    gc.freeze()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
    finally:
        gc.set_debug(0)
        gc.unfreeze()
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_nothing_is_left(case: Case) -> None:
    async with asking(case) as ask:
        for _ in range(5):
            await ask()
        with collector_at_rest():
            for _ in range(3):
                await ask()
            gc.collect()
            assert not Counter(type(thing).__qualname__ for thing in gc.garbage)
