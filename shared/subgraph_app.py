"""A subgraph as a running thing: its schema over HTTP, WebSocket and in process, its database, its events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path

from fastapi import FastAPI, Request, Response, WebSocket

from shared.auth import Caller, Keys, RouterTokens
from shared.config import SubgraphSettings
from shared.context import RequestContext
from shared.db import Database
from shared.errors import Unauthenticated
from shared.events.consumer import Consumer, Handler
from shared.events.log import EventLog, open_event_log
from shared.events.relay import Relay
from shared.execution import Execution, MalformedRequest, Reply, decode_request, error_reply
from shared.federation import SubgraphSchema
from shared.migrate import upgrade
from shared.websocket import Connection

JSON = "application/json"


class SubgraphApp:
    """One subgraph. `hanse` runs it behind a server (`asgi`), or calls it in its own process (`handle`, `stream`).

    All three ways pass the same door: the router's token is verified, one session serves the request, the edge commits.
    """

    def __init__(
        self,
        settings: SubgraphSettings,
        *,
        graph: SubgraphSchema,
        make_context: Callable[[Database, Caller, bool], RequestContext],
        migrations: Path,
        handlers: Mapping[str, Handler] | None = None,
        on_start: Callable[[], None] = lambda: None,
        on_handled: Callable[[], None] = lambda: None,
        database: Database | None = None,
    ) -> None:
        """`on_start` opens what is the subgraph's own, and may raise ConfigError.

        `handlers` are the events consumed, by type; `on_handled` is called after each batch of them.
        """
        self.settings = settings
        self.name = settings.subgraph
        self.graph = graph
        self.database = database or Database(
            settings.database, read_url=settings.read_database_url, pool_size=settings.database_pool_size
        )
        self.events: EventLog | None = None
        self._migrations = migrations
        self._handlers = handlers or {}
        self._on_start = on_start
        self._on_handled = on_handled
        self._tokens = RouterTokens(Keys(settings.router_jwks), issuer=settings.router_issuer, audience=self.name)
        self._relay: Relay | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._running = False
        self._execution = Execution(
            graph, lambda caller, writes: make_context(self.database, caller, writes), self.wake_relay
        )

    @property
    def sdl(self) -> str:
        """The subgraph's SDL."""
        return self.graph.sdl

    @property
    def migrations(self) -> Path:
        """The folder of its migrations."""
        return self._migrations

    async def start(self) -> None:
        """Bring the tables up to date, open the event log, start relay and consumer. Raises ConfigError."""
        if self._running:
            return
        self._on_start()
        if self.settings.migrate_on_start:
            await upgrade(self.database, self._migrations)
        self.events = await open_event_log(self.settings.events)
        self._running = True
        if self.settings.relay_events:
            self._relay = Relay(self.database, self.events)
            self._tasks.append(asyncio.create_task(self._relay.run(), name=f"relay of {self.name}"))
        if self._handlers and self.settings.consume_events:
            self._tasks.append(asyncio.create_task(self.consumer().run(), name=f"consumer {self.name}"))

    async def stop(self) -> None:
        """Stop what `start` began; what waits in the outbox is moved at the next start."""
        self._running = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._relay = None
        if self.events is not None:
            await self.events.close()
            self.events = None
        await self.database.close()

    def consumer(self) -> Consumer:
        """The consumer of this subgraph's handlers. The app must have started."""
        assert self.events is not None
        return Consumer(
            self.name,
            events=self.events,
            database=self.database,
            handlers=self._handlers,
            attempts=self.settings.consumer_attempts,
            on_handled=self._handled,
        )

    def wake_relay(self) -> None:
        """Something was committed: the outbox may hold events."""
        if self._relay is not None:
            self._relay.wake()

    def _handled(self) -> None:
        self.wake_relay()
        self._on_handled()

    async def handle(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """The status and body of the reply to a GraphQL request; header names are in lower case."""
        reply = await self._reply(body, headers)
        return reply.status, reply.body

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The events of a subscription, each a GraphQL response as JSON. Closing the iterator unsubscribes."""
        try:
            caller = await self._tokens.caller(headers.get("authorization"))
            request = decode_request(body)
        except (Unauthenticated, MalformedRequest) as error:
            yield error_reply(400, error).body
            return
        async for event in self._execution.stream(request, caller):
            yield event

    async def _reply(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        try:
            caller = await self._tokens.caller(headers.get("authorization"))
            request = decode_request(body)
        except Unauthenticated as error:
            return error_reply(401, error)
        except MalformedRequest as error:
            return error_reply(400, error)
        return await self._execution.run(request, caller)

    @cached_property
    def asgi(self) -> FastAPI:
        """The subgraph behind an ASGI server, which starts and stops it; a subgraph may add routes of its own."""

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            await self.start()
            try:
                yield
            finally:
                await self.stop()

        app = FastAPI(title=self.name, lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
        app.add_api_route("/graphql", self._post, methods=["POST"])
        app.add_api_websocket_route("/graphql", self._socket)
        app.add_api_route("/health/live", self._live)
        app.add_api_route("/health/ready", self._ready)
        return app

    async def _post(self, request: Request) -> Response:
        length = request.headers.get("content-length", "0")
        body = b""
        if not length.isdigit() or int(length) <= self.settings.max_body_bytes:
            body = await self._body(request)
        if len(body) > self.settings.max_body_bytes or (not body and length != "0"):
            reply = error_reply(413, MalformedRequest("The body is too large."))
        else:
            reply = await self._reply(body, request.headers)
        return Response(reply.body, reply.status, media_type=JSON)

    async def _body(self, request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self.settings.max_body_bytes:
                break
        return bytes(body)

    async def _socket(self, socket: WebSocket) -> None:
        await Connection(socket, self._tokens, self._execution.stream).serve()

    async def _live(self) -> Response:
        return Response(b'{"status":"live"}', media_type=JSON)

    async def _ready(self) -> Response:
        if self._running:
            return Response(b'{"status":"ready"}', media_type=JSON)
        return Response(b'{"status":"not ready"}', 503, media_type=JSON)
