"""Equal requests in flight at the same time: sent once, never mixed up, and each caller can cancel."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from hanse_router.operation_kind import OperationKind
from hanse_router.transports.errors import SubgraphUnreachable, TransportError
from hanse_router.transports.middleware.deduplicate import DeduplicatingTransport
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from hanse_wire.spooled_file import SpooledFile

QUERY, MUTATION = OperationKind.QUERY, OperationKind.MUTATION


class Slow(CoroutineTransport):
    """A transport that replies when `go_on` is set, with what it was sent."""

    def __init__(self) -> None:
        self.sent: list[SubgraphRequest] = []
        self.ended = 0
        self.go_on = asyncio.Event()
        self.seconds = 0.0
        self.broken = False

    async def send(self, request: SubgraphRequest) -> bytes:
        self.sent.append(request)
        try:
            await asyncio.sleep(self.seconds)
            await self.go_on.wait()
            if self.broken or b"broken" in request.body:
                raise SubgraphUnreachable(f"no answer to {answer(request)!r}")
            return answer(request)
        finally:
            self.ended += 1

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        self.sent.append(request)
        yield b"event"

    async def close(self) -> None:
        pass


def answer(request: SubgraphRequest) -> bytes:
    """The reply to this request alone."""
    return request.body + b" " + request.headers.get("authorization", "").encode()


def ask(body: bytes = b"q", who: str = "ann", kind: OperationKind = QUERY, **headers: str) -> SubgraphRequest:
    """A request."""
    return SubgraphRequest(body, kind, {"authorization": who, **headers})


async def started(*requests: SubgraphRequest) -> tuple[Slow, list[asyncio.Task[bytes]]]:
    """These requests, in flight."""
    slow = Slow()
    transport = DeduplicatingTransport(slow)
    tasks = [asyncio.create_task(transport.send(request)) for request in requests]
    await asyncio.sleep(0.01)
    return slow, tasks


async def test_equal_queries_are_sent_once_and_nothing_is_stored() -> None:
    slow, tasks = await started(ask(traceparent="00-1"), ask(traceparent="00-2"), ask())
    slow.go_on.set()
    assert await asyncio.gather(*tasks) == [b"q ann"] * 3
    assert len(slow.sent) == 1
    transport = DeduplicatingTransport(slow)
    await transport.send(ask())
    await transport.send(ask())
    assert len(slow.sent) == 3


@pytest.mark.parametrize("other", [ask(b"p"), ask(who="bob"), ask(accept="x"), ask(kind=MUTATION)])
async def test_requests_that_differ_are_each_sent(other: SubgraphRequest) -> None:
    slow, tasks = await started(ask(), other)
    slow.go_on.set()
    assert await asyncio.gather(*tasks) == [answer(ask()), answer(other)]
    assert len(slow.sent) == 2


async def test_mutations_files_and_subscriptions_are_never_deduplicated() -> None:
    mutation = ask(kind=MUTATION)
    files = SubgraphRequest(b"q", QUERY, {"authorization": "ann"}, [("variables.f", SpooledFile("a", "b"))])
    slow, tasks = await started(mutation, mutation, files, files)
    slow.go_on.set()
    await asyncio.gather(*tasks)
    assert len(slow.sent) == 4
    events = [[event async for event in DeduplicatingTransport(slow).stream(ask())] for _ in range(2)]
    assert events == [[b"event"]] * 2
    assert len(slow.sent) == 6


async def test_every_caller_gets_the_error() -> None:
    slow, tasks = await started(ask(), ask(), ask())
    slow.broken = True
    slow.go_on.set()
    failures = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(failure, TransportError) for failure in failures] == [True] * 3
    assert len(slow.sent) == 1


async def test_a_caller_that_cancels_leaves_the_others_their_reply() -> None:
    slow, tasks = await started(ask(), ask(), ask())
    tasks[0].cancel()  # the caller that started it
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.sleep(0.01)
    slow.go_on.set()
    assert await tasks[2] == b"q ann"
    assert [task.cancelled() for task in tasks] == [True, True, False]
    assert len(slow.sent) == 1


async def test_when_all_callers_cancel_the_request_is_cancelled() -> None:
    slow, tasks = await started(ask(), ask())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.01)
    assert slow.ended == 1


@pytest.mark.parametrize("seed", range(5))
async def test_callers_are_never_mixed(seed: int) -> None:
    """Many callers at random: each gets the reply to its own request, whatever fails or is cancelled beside it."""
    print("seed", seed)
    chance = random.Random(seed)
    slow = Slow()
    slow.go_on.set()
    transport = DeduplicatingTransport(slow)

    async def caller() -> bool:
        await asyncio.sleep(chance.random() * 0.05)
        slow.seconds = chance.random() * 0.01
        body = chance.choice([b"a", b"b", b"broken"])
        request = ask(body, chance.choice(["ann", "bob", ""]), chance.choice([QUERY, QUERY, QUERY, MUTATION]))
        try:
            async with asyncio.timeout(chance.choice([0.002, 5])):
                return await transport.send(request) == answer(request)
        except TransportError as error:
            return str(error) == f"no answer to {answer(request)!r}"
        except TimeoutError:
            return True

    assert all(await asyncio.gather(*(caller() for _ in range(600))))
    assert 0 < len(slow.sent) < 600
    assert not len(transport._deduplicator)
