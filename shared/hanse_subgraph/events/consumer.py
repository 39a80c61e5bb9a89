"""A consumer: hands each event to its handler once, with the inbox row in the same transaction as the effect."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.db_errors import client_error, is_serialization_failure, is_unavailable, reason
from hanse_subgraph.events.counters import EventCounters
from hanse_subgraph.events.envelope import Event, Malformed, MalformedEvent
from hanse_subgraph.events.inbox import RETENTION, forget_handled, handled, mark_all_handled
from hanse_subgraph.events.log import DeadLetter, Delivery, EventLog, LogUnavailable
from hanse_subgraph.events.sealing import opened
from hanse_subgraph.timeouts import set_within
from hanse_wire.backoff import Backoff

log = logging.getLogger(__name__)

Handler = Callable[[AsyncSession, Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BatchHandler:
    """A handler of batches of events, in order, for effects that add up."""

    handle: Callable[[AsyncSession, Sequence[Event]], Awaitable[None]]


AnyHandler = Handler | BatchHandler
Handlers = Mapping[str, AnyHandler]
STAY_SECONDS = 1.0  # between heartbeats while an event is retried
EVERY = "*"  # the handler of event types that have none of their own

BATCH = 200
WAIT_SECONDS = 5.0
FIRST_DELAY, MAX_DELAY = 0.05, 10.0  # seconds, after failures
TIDY_SECONDS = 3600.0


class Consumer:
    """One consumer of the log, over one database. Several of one name, in any number of processes, share its work.

    A batch is handled as a whole; where something in it fails, it is undone and its events are taken one by one. That
    was one attempt at those whose handler failed.
    `handlers` is by event type; `EVERY` takes all others. A handler that raises is retried, `attempts` times in all
    with backoff; then the event becomes a dead letter and the consumer continues. Invalid bytes become a dead letter
    immediately.
    """

    def __init__(
        self,
        name: str,
        *,
        events: EventLog,
        database: Database,
        handlers: Handlers,
        attempts: int = 5,
        first_pause: float = FIRST_DELAY,
        on_handled: Callable[[], None] = lambda: None,
        counters: EventCounters | None = None,
        around: Callable[[Event], AbstractContextManager[None]] = lambda _: nullcontext(),
        clock: Clock = utc_now,
    ) -> None:
        """`on_handled` is called after each commit: it wakes the relay and live subscriptions.

        `around` is entered for each event that a handler gets.
        """
        self.name = name
        self._events = events
        self._database = database
        self._handlers = handlers
        self._attempts = attempts
        self._backoff = Backoff(first_pause, MAX_DELAY)
        self._on_handled = on_handled
        self._counters = counters or EventCounters()
        self._around = around
        self._clock = clock
        self._subscription = events.subscribe(name, wanted_types(handlers))
        self._stopping = asyncio.Event()
        self._reading: asyncio.Task[list[Delivery]] | None = None

    def stop(self) -> None:
        """Let `run` end, with what it is about done: cancelling would tear a statement in two."""
        self._stopping.set()
        if self._reading is not None:
            self._reading.cancel()

    async def run(self) -> None:
        """Consume until stopped; where the log or the database fails, pause and try again."""
        delays = self._backoff.delays()
        tidied = -TIDY_SECONDS
        while not self._stopping.is_set():
            if time.monotonic() - tidied >= TIDY_SECONDS:
                await self._tidy()
                tidied = time.monotonic()
            try:
                await self.step(wait=WAIT_SECONDS)
                delays = self._backoff.delays()
            except Exception as error:
                seen = None if isinstance(error, LogUnavailable) or client_error(error) else error
                delay = next(delays)
                log.error("consumer %s retries in %.2f s: %s", self.name, delay, error, exc_info=seen)
                await set_within(self._stopping, delay)
        await self.close()

    async def step(self, *, wait: float) -> int:
        """Handle what comes next, waiting up to `wait` seconds for it; how many events came."""
        batch = await self._read(wait)
        done, tried = await self._handle_all(batch)
        await self._commit(batch[:done])
        while done < len(batch) and not self._stopping.is_set():
            reached, cause = await self._handle_singly(batch[done:])
            await self._commit(batch[done : done + reached])
            done += reached
            if cause is not None:
                failing = batch[done]
                await self._insist(failing, cause, 2 if failing.event.id in tried else 1)
                done += 1
        return len(batch)

    async def close(self) -> None:
        """Leave the log; for whoever calls `step`."""
        await self._subscription.close()

    async def _read(self, wait: float) -> list[Delivery]:
        if self._stopping.is_set():
            return []  # it came while nothing was read
        reading = asyncio.ensure_future(self._subscription.read(limit=BATCH, wait=wait))
        self._reading = reading
        try:
            return await reading
        except asyncio.CancelledError:
            if self._stopping.is_set() and reading.cancelled():
                return []
            raise
        finally:
            self._reading = None

    async def _commit(self, batch: Sequence[Delivery]) -> None:
        if batch:
            await self._subscription.commit(batch)
            self._on_handled()

    async def _handle_all(self, batch: Sequence[Delivery]) -> tuple[int, set[str]]:
        """Handle all of the batch or none: how many were handled, and the ids of those whose handler failed.

        A single event is left to be tried by itself, and so are all where each may be tried just once.
        """
        failing: list[Event] = []
        if len(batch) > 1 and self._attempts > 1:
            try:
                await self._handle_together(batch, failing)
                return len(batch), set()
            except Exception as error:
                if is_unavailable(error) or is_serialization_failure(error):
                    raise
                log.debug("consumer %s takes its batch one by one: %r", self.name, error)
        return 0, {event.id for event in failing}

    async def _handle_together(self, batch: Sequence[Delivery], failing: list[Event]) -> None:
        """Handle the whole batch in one transaction and few statements; where one fails, nothing is kept.

        `failing` holds, at each time, the events that a handler is at.
        """
        readable = [self._readable(delivery.event) for delivery in batch]
        events = {event.id: event for event in await opened(readable, self._database.person_keys)}
        wanted = [event for event in events.values() if self._handler(event) is not None]
        async with self._database.writing() as session:
            fresh = await mark_all_handled(session, self.name, [event.id for event in wanted], self._clock())
            for handler, group in groupby((event for event in wanted if event.id in fresh), self._handler):
                together = list(group)
                groups = [together] if isinstance(handler, BatchHandler) else [[event] for event in together]
                for events_at_once in groups:
                    failing[:] = events_at_once
                    await self._run(session, handler, events_at_once)
            failing.clear()
        self._counters.handled += len(fresh)
        self._counters.repeated += len(batch) - len(fresh)

    async def _handle_singly(self, batch: Sequence[Delivery]) -> tuple[int, Exception | None]:
        """Handle what comes before the first failure in one transaction, each event undone by itself where it fails."""
        cause: Exception | None = None
        reached = applied = 0
        async with self._database.writing() as session:
            known = await handled(session, self.name, _ids(batch))
            for delivery in batch:
                if delivery.event.id not in known:
                    try:
                        async with session.begin_nested():
                            applied += await self._apply(session, delivery.event)
                    except Exception as error:
                        if is_unavailable(error) or is_serialization_failure(error):
                            raise  # a database error is not the event's fault
                        cause = error
                        break
                    known.add(delivery.event.id)
                reached += 1
        self._counters.handled += applied
        self._counters.repeated += reached - applied
        return reached, cause

    async def _insist(self, delivery: Delivery, cause: Exception, attempt: int) -> None:
        """Try one event again until it is handled or dead; it was tried `attempt` times."""
        delays = self._backoff.delays()
        while attempt < self._attempts and not isinstance(cause, MalformedEvent):
            log.warning("consumer %s: %s failed: %r", self.name, delivery.event.id, cause)
            if await self._stopped_within(next(delays)):
                return  # it comes again after the next start
            self._counters.retried += 1
            _, failure = await self._handle_singly([delivery])
            if failure is None:
                break
            cause = failure
            attempt += 1
        else:
            await self._bury(delivery.event, cause, attempt)
        await self._subscription.commit([delivery])
        self._on_handled()

    async def _stopped_within(self, seconds: float) -> bool:
        """Wait as a member of the group. Returns early, with True, if the consumer is stopped."""
        left = seconds
        while left > 0:
            if await set_within(self._stopping, min(left, STAY_SECONDS)):
                return True
            await self._subscription.stay()
            left -= STAY_SECONDS
        return False

    async def _apply(self, session: AsyncSession, event: Event | Malformed) -> bool:
        """Whether the event has its effect now; it may have had it before."""
        event = self._readable(event)
        handler = self._handler(event)
        if handler is None or not await mark_all_handled(session, self.name, [event.id], self._clock()):
            return False
        await self._run(session, handler, await opened([event], self._database.person_keys))
        return True

    async def _run(self, session: AsyncSession, handler: AnyHandler | None, events: Sequence[Event]) -> None:
        if isinstance(handler, BatchHandler):
            with ExitStack() as stack:
                for event in events:
                    stack.enter_context(self._around(event))
                await handler.handle(session, events)
                await session.flush()
            return
        assert handler is not None
        for event in events:
            with self._around(event):
                await handler(session, event)
                await session.flush()

    def _handler(self, event: Event) -> AnyHandler | None:
        return self._handlers.get(event.type) or self._handlers.get(EVERY)

    def _readable(self, event: Event | Malformed) -> Event:
        if isinstance(event, Malformed):
            raise MalformedEvent(event.reason)
        return event

    async def _bury(self, event: Event | Malformed, cause: Exception, attempts: int) -> None:
        self._counters.buried += 1
        log.error("consumer %s gives up on %s", self.name, event.id, exc_info=cause)
        await self._events.bury(DeadLetter(self.name, event, f"{type(cause).__name__}: {reason(cause)}", attempts))

    async def _tidy(self) -> None:
        try:
            async with self._database.writing() as session:
                await forget_handled(session, self.name, self._clock() - RETENTION)
        except Exception:
            log.exception("handled events could not be tidied away")


def wanted_types(handlers: Handlers) -> tuple[str, ...]:
    """The event types that have handlers; empty: all of them."""
    return () if EVERY in handlers else tuple(handlers)


def _ids(batch: Sequence[Delivery]) -> list[str]:
    return [delivery.event.id for delivery in batch if isinstance(delivery.event, Event)]
