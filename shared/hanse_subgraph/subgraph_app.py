"""A subgraph as a running thing: its schema over HTTP, WebSocket and in process, its database, its events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from hanse_subgraph.auth import Caller, RouterTokens, open_keys
from hanse_subgraph.config import SubgraphSettings, setting
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.db_engines import Limits
from hanse_subgraph.db_errors import DatabaseUnreachable
from hanse_subgraph.errors import Unauthenticated, Unavailable
from hanse_subgraph.events.consumer import Consumer, Handlers, wanted_types
from hanse_subgraph.events.counters import EventCounters
from hanse_subgraph.events.log import EventLog, LogUnavailable
from hanse_subgraph.events.open import open_event_log
from hanse_subgraph.events.outbox import count_waiting
from hanse_subgraph.events.relay import Relay
from hanse_subgraph.events.stored_keys import StoredPersonKeys
from hanse_subgraph.execution import Execution, MalformedRequest, Reply, decode_request, error_reply
from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.migrate import Migrations, require_newest, upgrade
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.uploads import FileAt, MisplacedFile, place_files
from hanse_wire.byte_budget import ByteBudget
from hanse_wire.settings import SettingsError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from hanse_subgraph.spans import Spans

log = logging.getLogger(__name__)

METRICS_SECONDS = 5.0


Part = Literal["relay", "consumer"]


class Runner(Protocol):
    """Something that runs beside the requests, from start to stop."""

    async def run(self) -> None:
        """Run until stopped."""
        ...

    def stop(self) -> None:
        """Let `run` end soon, with what it is about done."""
        ...


class SubgraphApp:
    """One subgraph. `http.http_app` serves it over HTTP and WebSocket; `handle` and `stream` call it in process.

    Each of them verifies the router's token, gives the request one session, and commits once at the edge.
    """

    def __init__(
        self,
        settings: SubgraphSettings,
        *,
        graph: SubgraphSchema,
        make_context: Callable[[Database, Caller, bool], RequestContext],
        migrations: Migrations,
        handlers: Handlers | None = None,
        around: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
        on_handled: Callable[[], None] = lambda: None,
        add_routes: Callable[[FastAPI], None] = lambda _: None,
        runners: Callable[[Database], Sequence[Runner]] = lambda _: (),
        platform: Platform = STANDALONE,
    ) -> None:
        """`around` is entered first and left last: it holds what is the subgraph's own. It may raise SettingsError.

        `handlers` are the events consumed, by type; `on_handled` is called after each batch of them. `add_routes` gives
        the HTTP face what it has beside GraphQL. `runners` run beside the requests; each start makes new ones.

        `platform` is what the subgraph knows of the project that it belongs to.
        """
        self.settings = settings
        self.name = settings.subgraph
        self.graph = graph
        self.database = _database_of(settings)
        self.events: EventLog | None = None
        self._spans: Spans | None = None
        self._migrations = migrations
        self._handlers = handlers or {}
        self._around = around
        self._opened = AsyncExitStack()
        self.add_routes = add_routes
        self._make_runners = runners
        self._on_handled = on_handled
        self.platform = platform
        space = settings.max_temporary_bytes
        self.temporary_bytes = ByteBudget(space, max(space // 3, 1))
        self.tokens = RouterTokens(open_keys(settings.router_jwks), issuer=settings.router_issuer, audience=self.name)
        self._counters = EventCounters()
        self._relay: Relay | None = None
        self._runners: list[Runner] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._running = self._draining = False
        self.execution = Execution(
            graph, lambda caller, writes: make_context(self.database, caller, writes), self.wake_relay
        )

    @property
    def sdl(self) -> str:
        """The subgraph's SDL."""
        return self.graph.sdl

    @property
    def consumes(self) -> tuple[str, ...]:
        """The event types that it handles; `*` is for all others."""
        return tuple(self._handlers)

    @property
    def migrations(self) -> Migrations:
        """Its migrations."""
        return self._migrations

    async def start(self, only: Part | None = None) -> None:
        """Bring the tables up to date, open the event log, start relay and consumer. Raises SettingsError.

        `only` starts one of the two and nothing else, whatever the settings say: for a process of its own.
        """
        if self._running:
            return
        try:
            await self._start(only)
        except BaseException:
            await self.stop()
            raise

    async def _start(self, only: Part | None) -> None:
        await self._opened.enter_async_context(self._around())
        self._spans = _spans_of(self.settings)
        if self.settings.migrate_on_start:
            await upgrade(self.database, self._migrations)
        else:
            await require_newest(self.database, self._migrations)
        with setting(self.settings.setting("events_url")):
            self.events = await open_event_log(self.settings.events, self.platform.topics)
        if self.database.person_keys is None:
            name = self.settings.setting("person_keys_url")
            raise SettingsError(f"setting {name} is missing: with Kafka, name the database of the person keys")
        self._running = True
        if only == "relay" or (only is None and self.settings.relay_events):
            self._relay = Relay(self.database, self.events, counters=self._counters)
            self._runners.append(self._relay)
        if only == "consumer" or (only is None and self.has_consumer and self.settings.consume_events):
            self._runners.append(self.consumer())
        if only is None:
            self._runners += self._make_runners(self.database)
        self._tasks = [asyncio.create_task(runner.run(), name=f"{self.name} runs") for runner in self._runners]

    async def stop(self) -> None:
        """Stop what `start` began; what waits in the outbox is moved at the next start."""
        self._running = False
        for runner in self._runners:
            runner.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._runners.clear()
        self._relay = None
        if self.events is not None:
            await self.events.close()
            self.events = None
        await self.database.close()
        await self._opened.aclose()
        if self._spans is not None:
            await self._spans.close()
            self._spans = None

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
            counters=self._counters,
            around=self._spans.event if self._spans is not None else lambda _: nullcontext(),
        )

    async def metrics(self) -> bytes:
        """The Prometheus metrics of this subgraph's events."""
        from hanse_subgraph.events.metrics import exposition

        waiting = lag = None
        try:
            async with asyncio.timeout(METRICS_SECONDS):
                async with self.database.reading() as session:
                    waiting = await count_waiting(session)
                if self.events is not None and self.has_consumer:
                    lag = await self.events.lag(self.name, self.handled_types)
        except (LogUnavailable, DatabaseUnreachable, SQLAlchemyError, TimeoutError) as error:
            log.warning("metrics without what could not be found: %s", error)
        return exposition(self.name, self._counters, waiting, lag, self.database.replica_is_there)

    @property
    def has_consumer(self) -> bool:
        """Whether it handles events."""
        return bool(self._handlers)

    @property
    def handled_types(self) -> tuple[str, ...]:
        """The event types that its consumer wants; empty: all of them."""
        return wanted_types(self._handlers)

    def wake_relay(self) -> None:
        """Something was committed: the outbox may hold events."""
        if self._relay is not None:
            self._relay.wake()

    def _handled(self) -> None:
        self.wake_relay()
        self._on_handled()

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """The status and body of the reply to a GraphQL request; header names are in lower case.

        `files` replace null variables of the request.
        """
        reply = await self.reply(body, headers, files)
        return reply.status, reply.body

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncGenerator[bytes, None]:
        """The events of a subscription, each a GraphQL response as JSON. Closing the iterator unsubscribes."""
        try:
            caller = await self.tokens.caller(headers.get("authorization"))
            request = decode_request(body)
        except (Unauthenticated, Unavailable, MalformedRequest) as error:
            yield error_reply(400, error).body
            return
        async for event in self.execution.stream(request, caller):
            yield event.body

    def drain(self) -> None:
        """Prepare to stop: become not ready. Requests are still served."""
        self._draining = True

    @property
    def is_ready(self) -> bool:
        """Whether requests should be sent here."""
        return self._running and not self._draining

    async def reply(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> Reply:
        """The reply to a GraphQL request."""
        try:
            caller = await self.tokens.caller(headers.get("authorization"))
            request = decode_request(body)
            place_files({"variables": request.variables}, files)
        except Unauthenticated as error:
            return error_reply(401, error)
        except Unavailable as error:
            return error_reply(503, error)
        except (MalformedRequest, MisplacedFile) as error:
            return error_reply(400, error)
        if self._spans is None:
            return await self.execution.run(request, caller)
        kind = self.graph.documents.operation_type(request.query, request.operation_name)
        with self._spans.operation(kind.value if kind else "unknown", request.operation_name, headers) as span:
            reply = await self.execution.run(request, caller)
            span.answered(reply)
        return reply


def _spans_of(settings: SubgraphSettings) -> Spans | None:
    if not settings.otlp_url:
        return None
    if urlsplit(settings.otlp_url).scheme not in ("http", "https"):
        raise SettingsError(f"setting {settings.setting('otlp_url')} must be an http(s):// URL of a collector")
    from hanse_subgraph.spans import Spans  # a second of imports, for who wants it

    return Spans(settings.subgraph, settings.otlp_url, sample_ratio=settings.otlp_sample_ratio)


def _database_of(settings: SubgraphSettings) -> Database:
    limits = Limits(
        pool_size=settings.database_pool_size,
        wait_seconds=settings.database_wait_seconds,
        connect_seconds=settings.database_connect_seconds,
        statement_seconds=settings.database_statement_seconds,
        idle_in_transaction_seconds=settings.database_idle_in_transaction_seconds,
        statement_cache_size=settings.database_statement_cache_size,
    )
    database = Database(
        settings.database,
        read_url=settings.read_database_url,
        limits=limits,
        setting=settings.setting("database_url"),
        read_setting=settings.setting("read_database_url"),
    )
    if settings.person_keys:
        database.person_keys = StoredPersonKeys(settings.person_keys, setting=settings.setting("person_keys_url"))
    return database
