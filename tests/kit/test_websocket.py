"""The protocol `graphql-transport-ws`: who may connect, what is refused, and how operations end."""

from __future__ import annotations

import asyncio
import json
import socket as socket_module
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import strawberry
import uvicorn
from starlette.routing import Router, WebSocketRoute
from strawberry.types import Info
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from hanse_subgraph.auth import Caller, Principal
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.errors import Forbidden, Unauthenticated, Unavailable
from hanse_subgraph.execution import Execution
from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.websocket import GraphQLWebSocket

MALFORMED: list[Any] = [
    [],
    7,
    {},
    {"type": "start"},
    {"type": []},
    {"type": "subscribe", "id": 1, "payload": {"query": "{ me }"}},
    {"type": "subscribe", "id": [], "payload": {"query": "{ me }"}},
    {"type": "subscribe", "id": "1", "payload": "{ me }"},
    {"type": "subscribe", "payload": {}},
    {"type": "complete"},
]
PROTOCOL = "graphql-transport-ws"
INIT: dict[str, Any] = {"type": "connection_init", "payload": {"Authorization": "ann"}}
TICKS = "subscription { ticks }"
EVENTS: list[str] = []


@strawberry.type
class Query:
    """Questions."""

    @strawberry.field
    def me(self, info: Info[RequestContext, None]) -> str:
        """The caller."""
        return info.context.principal.require_user()

    @strawberry.field
    def refused(self) -> int | None:
        """Raises Forbidden."""
        raise Forbidden


@strawberry.type
class Subscription:
    """Streams."""

    @strawberry.subscription
    async def ticks(self, info: Info[RequestContext, None]) -> AsyncGenerator[int, None]:
        """One event, and then none."""
        EVENTS.append(f"begun by {info.context.principal.user_id}")
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            EVENTS.append("ended")

    @strawberry.subscription
    async def numbers(self, count: int) -> AsyncGenerator[int, None]:
        """So many numbers."""
        for number in range(count):
            yield number


class Context(RequestContext):
    """A context that tells when it is closed."""

    async def close(self) -> None:
        EVENTS.append("closed")
        await super().close()


async def verify(token: str | None) -> Caller:
    """The caller of a token, which is their name."""
    if token == "unavailable":
        raise Unavailable("The keys cannot be fetched.")
    if token is None:
        raise Unauthenticated("No token.")
    return Caller(Principal(user_id=token))


class Session:
    """A client's connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, *messages: Any) -> None:
        """Send messages as JSON."""
        for message in messages:
            await self._connection.send(json.dumps(message))

    async def send_text(self, text: str) -> None:
        """Send something else."""
        await self._connection.send(text)

    async def receive(self) -> Any:
        """The next message."""
        async with asyncio.timeout(10):
            return json.loads(await self._connection.recv())

    async def closed(self) -> tuple[int | None, str]:
        """The code and reason that the server closes with, after any messages."""
        async with asyncio.timeout(10):
            await self._connection.wait_closed()
        return self._connection.close_code, self._connection.close_reason or ""


class Client:
    """Connects to the WebSocket of a subgraph."""

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def connected(
        self, headers: Mapping[str, str] | None = None, protocols: Sequence[str] = (PROTOCOL,)
    ) -> AsyncIterator[Session]:
        """A connection that is not initialised."""
        wanted = [Subprotocol(protocol) for protocol in protocols]
        async with connect(self._url, subprotocols=wanted or None, additional_headers=headers or {}) as connection:
            yield Session(connection)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """A client of a subgraph that is served."""
    EVENTS.clear()
    schema = SubgraphSchema(query=Query, subscription=Subscription)
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/boxes.sqlite")
    execution = Execution(schema, lambda caller, writes: Context(database, caller, writes=writes), lambda: None)
    app = Router([WebSocketRoute("/graphql", GraphQLWebSocket(schema, verify, execution.stream))])
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="websockets-sansio", log_level="warning"))
    with socket_module.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        yield Client(f"ws://127.0.0.1:{listener.getsockname()[1]}/graphql")
        server.should_exit = True
        await serving
    await database.close()


@pytest.fixture
async def socket(client: Client) -> AsyncIterator[Session]:
    """A connection that is initialised."""
    async with client.connected() as session:
        await session.send(INIT)
        assert await session.receive() == {"type": "connection_ack"}
        yield session


def subscribe(key: Any, query: Any, **more: Any) -> dict[str, Any]:
    """The message that begins an operation."""
    return {"type": "subscribe", "id": key, "payload": {"query": query, **more}}


async def test_each_operation_ends_with_complete(socket: Session) -> None:
    await socket.send(subscribe("1", "subscription ($n: Int!) { numbers(count: $n) }", variables={"n": 2}))
    received = [(await socket.receive()) for _ in range(3)]
    assert [message.get("payload") for message in received] == [
        {"data": {"numbers": 0}},
        {"data": {"numbers": 1}},
        None,
    ]
    assert received[-1] == {"id": "1", "type": "complete"}
    await socket.send(subscribe("1", "query A { me } query B { __typename }", operationName="A"))
    assert (await socket.receive()) == {"id": "1", "type": "next", "payload": {"data": {"me": "ann"}}}
    assert (await socket.receive()) == {"id": "1", "type": "complete"}


async def test_an_error_of_a_field_is_a_part_of_the_result(socket: Session) -> None:
    await socket.send(subscribe("1", "{ refused }"))
    received = await socket.receive()
    assert (received["type"], received["payload"]["data"]) == ("next", {"refused": None})
    assert received["payload"]["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($n: Int!) { numbers(count: $n) }", "BAD_USER_INPUT"),
        ("query A { me } query B { me }", "BAD_REQUEST"),
    ],
)
async def test_what_cannot_run_is_an_error_of_that_operation(socket: Session, query: str, code: str) -> None:
    await socket.send(subscribe("1", query))
    received = await socket.receive()
    assert (received["type"], received["id"]) == ("error", "1")
    assert received["payload"][0]["extensions"]["code"] == code
    await socket.send(subscribe("1", "{ me }"))
    assert (await socket.receive())["payload"] == {"data": {"me": "ann"}}


@pytest.mark.parametrize("payload", [{}, {"query": 7}, {"query": "{ me }", "variables": []}])
async def test_a_malformed_request_is_an_error_of_that_operation(socket: Session, payload: Any) -> None:
    await socket.send({"type": "subscribe", "id": "1", "payload": payload})
    received = await socket.receive()
    assert (received["type"], received["id"]) == ("error", "1")
    assert received["payload"][0]["message"]


async def test_a_client_ends_a_subscription_and_uses_its_id_again(socket: Session) -> None:
    for _ in range(2):
        await socket.send(subscribe("1", TICKS))
        assert (await socket.receive())["payload"] == {"data": {"ticks": 1}}
        await socket.send({"type": "complete", "id": "1"})
    await socket.send({"type": "ping"})
    assert (await socket.receive()) == {"type": "pong"}
    assert EVENTS.count("begun by ann") == 2


async def test_a_connection_that_ends_closes_its_subscriptions(client: Client) -> None:
    async with client.connected() as session:
        await session.send(INIT)
        (await session.receive())
        for key in ("1", "2"):
            await session.send(subscribe(key, TICKS))
            (await session.receive())
    assert sorted(EVENTS) == ["begun by ann"] * 2 + ["closed"] * 2 + ["ended"] * 2


@pytest.mark.parametrize("header", ["authorization", "payload"])
async def test_the_token_comes_in_a_header_or_in_the_payload(client: Client, header: str) -> None:
    headers = {"authorization": "bob"} if header == "authorization" else {}
    async with client.connected(headers) as session:
        await session.send(INIT)
        (await session.receive())
        await session.send(subscribe("1", "{ me }"))
        assert (await session.receive())["payload"] == {"data": {"me": "bob" if headers else "ann"}}


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        ([{"type": "connection_init"}], 4403, "No token."),
        ([{"type": "connection_init", "payload": None}], 4403, "No token."),
        ([{"type": "connection_init", "payload": {"authorization": "unavailable"}}], 1013, "cannot be fetched"),
        ([{"type": "connection_init", "payload": []}], 4400, "payload"),
        ([subscribe("1", "{ me }")], 4401, "Unauthorized"),
        ([INIT, INIT], 4429, "Too many"),
        ([INIT, subscribe("1", TICKS), subscribe("1", TICKS)], 4409, "already exists"),
        *(([INIT, wrong], 4400, "") for wrong in MALFORMED),
    ],
)
async def test_what_breaks_the_protocol_closes_the_connection(
    client: Client, messages: list[Any], code: int, reason: str
) -> None:
    async with client.connected() as session:
        await session.send(*messages)
        closed = await session.closed()
    assert (closed[0], reason in closed[1]) == (code, True)


@pytest.mark.parametrize("text", ["nonsense", "{", ""])
async def test_text_that_is_no_json_closes_the_connection(client: Client, text: str) -> None:
    async with client.connected() as session:
        await session.send_text(text)
        assert (await session.closed())[0] == 4400


@pytest.mark.parametrize("protocols", [[], ["graphql-ws"]])
async def test_another_subprotocol_is_not_accepted(client: Client, protocols: list[str]) -> None:
    async with client.connected(protocols=protocols) as session:
        assert (await session.closed())[0] == 4406


async def test_pages_of_other_sites_are_not_accepted(client: Client) -> None:
    with pytest.raises(InvalidStatus):
        await client.connected({"origin": "https://elsewhere.example"}).__aenter__()
