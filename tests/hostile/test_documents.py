"""New documents are prepared beside the event loop, in turns, and known ones do not wait for them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hanse_router.errors import QueueFull, RouterError
from hanse_router.off_loop import OffLoop
from hanse_router.prepare import Preparer
from hanse_router.request import Principal, RequestContext, caller_of
from hanse_router.settings import RouterSettings
from hanse_schema.supergraph import api_schema, parse_supergraph
from tests.hostile.documents import DOUBLING, HEAVY, Published
from tests.hostile.probe import no_stall
from tests.router.planner.test_bounds import calls_of
from tests.router.platform import Platform, supergraph_sdl


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return Published(tmp_path)


@pytest.mark.usefixtures("collecting_as_in_production")
@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
async def test_a_heavy_document_does_not_stall_the_loop(published: Published, text: str) -> None:
    """Whether it is answered or refused; the second time it is known, or refused again."""
    async with no_stall():
        for _ in range(2):
            reply = await published.post(text)
            assert reply.status in (200, 400)


async def test_known_documents_are_answered_while_a_new_one_is_prepared(published: Published) -> None:
    assert (await published.post("{ __typename }")).status == 200
    heavy = asyncio.ensure_future(published.post(DOUBLING))
    await asyncio.sleep(0)
    answered = 0
    while not heavy.done():
        assert (await published.post("{ __typename }")).json == {"data": {"__typename": "Query"}}
        assert (await published.send("GET", "/health/live")).status == 200
        answered += 1
        await asyncio.sleep(0)
    assert answered >= 3


async def test_documents_that_differ_in_aliases_alone_are_answered_by_their_own(tmp_path: Path) -> None:
    """They have one fingerprint, and are prepared at the same time."""
    platform = Platform(tmp_path)
    replies = await asyncio.gather(*(platform.post(f"{{ a{n}: hello }}") for n in range(5)))
    assert [reply.json["data"] for reply in replies] == [{f"a{n}": "world"} for n in range(5)]


# -- the queue ---------------------------------------------------------------------------------------------------------


class Gate:
    """Work that waits until it is let through, and notes what ran."""

    def __init__(self) -> None:
        self.ran: list[Any] = []
        self.open = threading.Event()

    def work(self, result: Any) -> Callable[[], Any]:
        """Work with a result."""
        return partial(self._run, result)

    def _run(self, result: Any) -> Any:
        assert self.open.wait(10)
        self.ran.append(result)
        return result


async def test_callers_take_turns() -> None:
    gate, off_loop = Gate(), OffLoop(100)
    greedy = [asyncio.ensure_future(off_loop.run(n, "greedy", gate.work(n))) for n in range(20)]
    await asyncio.sleep(0)
    modest = asyncio.ensure_future(off_loop.run("m", "modest", gate.work("m")))
    await asyncio.sleep(0)
    gate.open.set()
    assert await modest == "m"
    assert gate.ran.index("m") <= 2
    assert await asyncio.gather(*greedy) == list(range(20))


async def test_a_full_queue_refuses_the_caller_who_filled_it() -> None:
    gate, off_loop = Gate(), OffLoop(10)
    greedy = [asyncio.ensure_future(off_loop.run(n, "greedy", gate.work(n))) for n in range(11)]  # one of them runs
    await asyncio.sleep(0)
    with pytest.raises(QueueFull):
        await off_loop.run("one more", "greedy", gate.work(0))
    modest = asyncio.ensure_future(off_loop.run("m", "modest", gate.work("m")))
    await asyncio.sleep(0)
    assert off_loop.waiting == 10
    gate.open.set()
    assert await modest == "m"
    outcomes = await asyncio.gather(*greedy, return_exceptions=True)
    assert [type(one) for one in outcomes].count(QueueFull) == 1


async def test_equal_work_is_done_once() -> None:
    gate, off_loop = Gate(), OffLoop(10)
    runs = [asyncio.ensure_future(off_loop.run("key", f"caller {n}", gate.work(n))) for n in range(5)]
    await asyncio.sleep(0)
    gate.open.set()
    assert await asyncio.gather(*runs) == [0] * 5
    assert gate.ran == [0]


async def test_work_for_which_nobody_waits_any_more_is_not_done() -> None:
    gate, off_loop = Gate(), OffLoop(10)
    first, second, third = (asyncio.ensure_future(off_loop.run(n, "one", gate.work(n))) for n in range(3))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    gate.open.set()
    assert (await first, await third) == (0, 2)
    assert gate.ran == [0, 2]


async def test_an_exception_goes_to_everybody_who_waits() -> None:
    off_loop = OffLoop(10)
    runs = [off_loop.run("key", n, partial(int, "x")) for n in range(3)]
    outcomes = await asyncio.gather(*runs, return_exceptions=True)
    assert [type(one) for one in outcomes] == [ValueError] * 3
    assert await off_loop.run("key", 0, partial(int, "1")) == 1


async def test_an_exception_for_which_nobody_waits_any_more_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Anyone could fill the log with it: send a wrong document, and leave."""
    started, go_on, off_loop = threading.Event(), threading.Event(), OffLoop(10)

    def fail() -> None:
        started.set()
        go_on.wait(10)
        raise ValueError

    run = asyncio.ensure_future(off_loop.run("key", "one", fail))
    await asyncio.to_thread(started.wait, 10)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    del run  # its traceback has the future
    go_on.set()
    assert await off_loop.run("next", "one", partial(int, "1")) == 1
    gc.collect()
    assert not caplog.records


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_an_address_of_version_six_counts_with_its_network(one: str, other: str, equal: bool) -> None:
    assert (caller_of(RequestContext(client_ip=one)) == caller_of(RequestContext(client_ip=other))) is equal


def test_a_user_counts_as_one_caller_at_all_addresses() -> None:
    ann = Principal("ann", authenticated=True)
    assert caller_of(RequestContext(ann, "10.0.0.1")) == caller_of(RequestContext(ann, "10.0.0.2"))


# -- limits, and work in proportion ------------------------------------------------------------------------------------


THREE_OPERATIONS = "query A { hello } query B { hello } query C { hello }"
THREE_DIRECTIVES = "{ a: hello @skip(if: false) ...F ...F } fragment F on Query { hello @include(if: true) }"
FIVE_FIELDS_AND_FRAGMENTS = "{ ...F } fragment F on Query { ...G ...G } fragment G on Query { hello }"


@pytest.mark.parametrize(
    ("limits", "text", "code"),
    [
        ({"max_document_characters": 20}, "{ hello } # a comment", "MAX_DOCUMENT_SIZE_LIMIT"),
        ({"max_operations": 2}, THREE_OPERATIONS, "MAX_OPERATIONS_LIMIT"),
        ({"max_directives": 2}, THREE_DIRECTIVES, "MAX_DIRECTIVES_LIMIT"),
        ({"max_fields": 4}, FIVE_FIELDS_AND_FRAGMENTS, "MAX_FIELDS_LIMIT"),
    ],
)
async def test_each_limit_is_refused_with_its_setting(
    tmp_path: Path, limits: dict[str, int], text: str, code: str
) -> None:
    platform = Platform(tmp_path, limits=limits)
    reply = await platform.post(text, operationName="A" if "query A" in text else None)
    assert (reply.status, reply.codes) == (400, [code])
    assert f"limits.{next(iter(limits))}" in reply.json["errors"][0]["message"]


SIDE_BY_SIDE: dict[str, Callable[[int], str]] = {
    "a field": lambda count: "{ " + "hello " * count + "}",
    "spreads": lambda count: (
        "{ " + " ".join(f"...F{n}" for n in range(count)) + " } "
        + " ".join(f"fragment F{n} on Query {{ hello }}" for n in range(count))
    ),
    "spreads of one fragment": lambda count: "{ " + "...F " * count + "} fragment F on Query { hello caller }",
    "inline fragments": lambda count: "{ " + "... { hello } " * count + "}",
    "aliases": lambda count: "{ " + " ".join(f"a{n}: hello" for n in range(count)) + " }",
    "directives": lambda count: "{ " + "hello @skip(if: false) " * count + "}",
    "variables": lambda count: (
        "query(" + " ".join(f"$v{n}: Int!" for n in range(count)) + ") { "
        + " ".join(f"a{n}: echo(a: $v{n})" for n in range(count)) + " }"
    ),
    "conflicts": lambda count: "{ " + " ".join(f"echo(a: {n})" for n in range(count)) + " }",
    "unknown fields": lambda count: "{ " + " ".join(f"nothing{n}" for n in range(count)) + " }",
}  # fmt: skip


@pytest.mark.parametrize("make", SIDE_BY_SIDE.values(), ids=SIDE_BY_SIDE)
def test_ten_times_the_document_takes_no_more_than_fifteen_times_the_work(make: Callable[[int], str]) -> None:
    supergraph = parse_supergraph(supergraph_sdl())
    settings = RouterSettings(limits={"max_root_fields": 10_000, "max_directives": 10_000, "max_aliases": 10_000})
    preparer = Preparer(supergraph, api_schema(supergraph), settings)

    def work(count: int) -> int:
        text = make(count)

        def run() -> None:
            with contextlib.suppress(RouterError):
                preparer.prepare(text, None)

        run()
        return calls_of(run)

    assert work(300) < 15 * work(30)


async def test_messages_do_not_repeat_the_document(published: Published) -> None:
    """Some messages of validation quote a value of it."""
    reply = await published.post("{ product(id: [" + "1 " * 10_000 + "]) { id } }")
    assert reply.status == 400
    assert len(reply.body) < 5_000
