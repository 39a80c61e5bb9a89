"""One request: what is refused before it runs, and one commit at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import strawberry
from sqlalchemy import text
from strawberry.types import Info

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext, RequestEnded
from hanse_subgraph.db import Database
from hanse_subgraph.errors import Forbidden
from hanse_subgraph.execution import Execution, GraphQLRequest, MalformedRequest, decode_request
from hanse_subgraph.federation import SubgraphSchema
from tests.databases import NewDatabase

BoxInfo = Info[RequestContext, None]


@strawberry.type
class Box:
    """What a mutation answers."""

    number: int

    @strawberry.field
    def broken(self) -> int:
        """Fails after the change."""
        raise ZeroDivisionError

    @strawberry.field
    async def count(self, info: BoxInfo) -> int:
        """Reads in the same transaction."""
        async with info.context.session() as session:
            return int(await session.scalar(text("SELECT count(*) FROM box")) or 0)


@strawberry.type
class Query:
    """Questions."""

    @strawberry.field
    async def box(self, info: BoxInfo) -> Box:
        """A box."""
        return Box(number=0)

    @strawberry.field
    async def write(self, info: BoxInfo) -> int:
        """A query that tries to write."""
        async with info.context.session() as session:
            await session.execute(text("INSERT INTO box VALUES (99)"))
        return 1


@strawberry.type
class Mutation:
    """Verbs."""

    @strawberry.mutation
    async def put(self, info: BoxInfo, number: int, refuse: bool = False) -> Box:
        """Put a box, then fail if told to."""
        async with info.context.change() as session:
            await session.execute(text("INSERT INTO box VALUES (:number)"), {"number": number})
            if refuse:
                raise Forbidden
        return Box(number=number)


@strawberry.type
class Subscription:
    """Streams."""

    @strawberry.subscription
    async def numbers(self) -> AsyncIterator[int]:
        """Three numbers."""
        for number in range(3):
            yield number


graph = SubgraphSchema(query=Query, mutation=Mutation, subscription=Subscription)


class Bench:
    """An execution over a database of boxes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commits = 0
        self._execution = Execution(graph, self._context, self._committed)

    def _context(self, caller: Caller, writes: bool) -> RequestContext:
        return RequestContext(self.database, caller, writes=writes)

    def _committed(self) -> None:
        self.commits += 1

    async def run(self, query: str, name: str | None = None, **variables: Any) -> tuple[int, Any]:
        """Status and decoded reply."""
        reply = await self._execution.run(GraphQLRequest(query, variables, name), Caller())
        return reply.status, orjson.loads(reply.body)

    async def stream(self, query: str) -> list[Any]:
        """All events, decoded."""
        return [orjson.loads(event.body) async for event in self._execution.stream(GraphQLRequest(query), Caller())]

    async def boxes(self) -> list[int]:
        """What is in the database."""
        async with self.database.reading() as session:
            return list(await session.scalars(text("SELECT number FROM box ORDER BY number")))


@pytest.fixture
async def bench(new_database: NewDatabase) -> AsyncIterator[Bench]:
    """Without boxes so far."""
    database = Database(new_database("boxes"))
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE box (number INTEGER PRIMARY KEY)"))
    yield Bench(database)
    await database.close()


async def test_a_mutation_commits_once(bench: Bench) -> None:
    status, reply = await bench.run("mutation { a: put(number: 1) { count } b: put(number: 2) { count } }")
    assert (status, reply) == (200, {"data": {"a": {"count": 1}, "b": {"count": 2}}})
    assert (await bench.boxes(), bench.commits) == ([1, 2], 1)


async def test_a_refused_field_is_undone_and_the_others_stay(bench: Bench) -> None:
    query = "mutation { a: put(number: 1) { number } b: put(number: 2, refuse: true) { number } }"
    _, reply = await bench.run(query)
    assert reply["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert await bench.boxes() == [1]


async def test_what_fails_after_the_change_does_not_undo_it(bench: Bench) -> None:
    _, reply = await bench.run("mutation { put(number: 1) { broken } }")
    assert reply["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert await bench.boxes() == [1]


async def test_queries_cannot_write_and_do_not_commit(bench: Bench) -> None:
    _, reply = await bench.run("{ write }")
    assert reply["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    await bench.run("{ box { count } }")
    assert (await bench.boxes(), bench.commits) == ([], 0)


async def test_siblings_share_the_session(bench: Bench) -> None:
    aliases = " ".join(f"b{number}: box {{ count }}" for number in range(30))
    _, reply = await bench.run(f"{{ {aliases} }}")
    assert list(reply["data"].values()) == [{"count": 0}] * 30


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { box { number } a: __typename @include(if: $n) }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation ($n: Int!) { put(number: $n) { number } }", "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
        ("subscription { numbers }", "BAD_REQUEST"),
    ],
)
async def test_what_cannot_run_is_refused_with_400(bench: Bench, query: str, code: str) -> None:
    status, reply = await bench.run(query)
    assert (status, "data" in reply, reply["errors"][0]["extensions"]["code"]) == (400, False, code)


async def test_a_mistyped_variable_is_refused_with_its_place(bench: Bench) -> None:
    status, reply = await bench.run("mutation ($n: Int!) { put(number: $n) { number } }", n="one")
    assert (status, reply["errors"][0]["locations"]) == (400, [{"line": 1, "column": 11}])


async def test_the_operation_is_picked_by_name(bench: Bench) -> None:
    query = "query A { box { number } } mutation B { put(number: 1) { number } }"
    assert await bench.run(query, "A") == (200, {"data": {"box": {"number": 0}}})
    assert await bench.run(query, "B") == (200, {"data": {"put": {"number": 1}}})
    assert (await bench.run(query, "C"))[0] == 400
    assert await bench.boxes() == [1]


async def test_a_subscription_streams(bench: Bench) -> None:
    assert await bench.stream("subscription { numbers }") == [{"data": {"numbers": number}} for number in range(3)]
    assert await bench.stream("mutation { put(number: 1) { number } }") == [{"data": {"put": {"number": 1}}}]
    (refused,) = await bench.stream("subscription { nothing }")
    assert refused["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert await bench.boxes() == [1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"query":7}',
        b'{"query":""}',
        b'{"variables":{}}',
        b'{"query":"{a}","variables":[]}',
        b'{"query":"{a}","operationName":7}',
    ],
)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        decode_request(body)


def test_a_request_may_leave_out_what_it_does_not_need() -> None:
    assert decode_request(b'{"query":"{a}"}') == GraphQLRequest("{a}")
    assert decode_request(b'{"query":"{a}","variables":null,"operationName":null}') == GraphQLRequest("{a}")


def test_integers_of_any_size_stay_exact() -> None:
    large = 123456789012345678901234
    request = decode_request(b'{"query":"{a}","variables":{"x":[%d]}}' % large)
    assert request.variables == {"x": [large]}


async def test_the_end_of_a_request_waits_for_the_session_and_lends_it_no_more(bench: Bench) -> None:
    context, order = RequestContext(bench.database, Caller()), []
    lent = asyncio.Event()

    async def late_sibling() -> None:
        async with context.session() as session:
            lent.set()
            await session.scalar(text("SELECT count(*) FROM box"))
            order.append("read")

    reading = asyncio.create_task(late_sibling())
    await lent.wait()
    await context.close()
    order.append("closed")
    await reading
    assert order == ["read", "closed"]
    with pytest.raises(RequestEnded):
        async with context.session():
            pass


async def test_the_end_of_a_request_that_is_cancelled_closes_the_session_all_the_same(bench: Bench) -> None:
    context = RequestContext(bench.database, Caller(), writes=True)
    lent, go_on = asyncio.Event(), asyncio.Event()

    async def late_sibling() -> None:
        async with context.session() as session:
            await session.execute(text("INSERT INTO box VALUES (1)"))
            lent.set()
            await go_on.wait()

    writing = asyncio.create_task(late_sibling())
    await lent.wait()
    closing = asyncio.create_task(context.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    go_on.set()
    await writing
    assert await bench.run("mutation { put(number: 2) { number } }") == (200, {"data": {"put": {"number": 2}}})
    assert await bench.boxes() == [2]


async def test_a_connection_that_is_dropped_amid_a_statement_leaves_no_transaction_open(tmp_path: Path) -> None:
    """A cancelled request drops its connection. On SQLite, its statement stays until garbage is collected."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/boxes.sqlite")
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE box (number INTEGER PRIMARY KEY)"))
        await session.execute(text("INSERT INTO box VALUES (1), (2)"))
    session = await database.session(writes=True)
    await session.execute(text("INSERT INTO box VALUES (3)"))
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    assert driver is not None
    unread = await driver.execute("SELECT number FROM box")
    await session.invalidate()
    async with asyncio.timeout(5), database.writing() as session:
        await session.execute(text("INSERT INTO box VALUES (4)"))
    async with database.reading() as session:
        assert list(await session.scalars(text("SELECT number FROM box ORDER BY number"))) == [1, 2, 4]
    del unread
    await database.close()
