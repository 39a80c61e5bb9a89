"""One execution on the fast path: each reply is processed when it is received, and starts the fetches that need it."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from hanse_router.execute.apply import distinct_paths, entity_errors, failed, names_parts, root_errors
from hanse_router.execute.call import Call
from hanse_router.execute.compiled.error_paths import response_paths
from hanse_router.execute.compiled.program import Program
from hanse_router.execute.compiled.representations import Batch
from hanse_router.execute.compiled.source import MAX_SHARED, Fallback, Lists
from hanse_router.execute.error_list import ErrorList
from hanse_router.execute.errors import LinkedPath, ResponsePath
from hanse_router.execute.fetch import CompiledFetch, Replies, start
from hanse_router.execute.heavy import HEAVY_BYTES, in_worker
from hanse_router.execute.read_reply import check_values
from hanse_router.in_flight import InFlight
from hanse_router.transports.errors import TransportError

log = logging.getLogger("hanse_router.execute")

Prepared = tuple[int, bytes, list[Batch]]  # a step's index, its request, and the objects that it is for
_MAX_DECODED_BYTES = 2_000_000  # in one call of the decoder
_AMPLE_BYTES = 4_000_000  # a reply whose entities cannot take more than this in the response is not looked at


class Run:
    """Runs the steps of a plan by callbacks, without a task per step: `ended` is all that is awaited.

    `broken`: only the general path can complete this execution. Fetches in flight are completed and their replies kept;
    no other fetch starts. `size` is that of the replies, in bytes. `found_errors` is None while there are none.
    """

    __slots__ = (
        "_call",
        "_context",
        "_in_flight",
        "_jobs",
        "_program",
        "_replies",
        "_variables",
        "_waiting",
        "broken",
        "ended",
        "found_errors",
        "lists",
        "root",
        "size",
    )

    def __init__(self, program: Program, variables: Mapping[str, Any], call: Call, replies: Replies) -> None:
        self._program = program
        self._variables = variables
        self._call = call
        # A connection calls back in a context of its own; the span and the log's request id are in this one.
        self._context = contextvars.copy_context()
        self._replies = replies
        self._in_flight: dict[int, InFlight] = {}
        self._waiting = list(program.waits)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.root: Any = program.root()
        self.lists: Lists = [None] * program.code.lists
        self.lists[MAX_SHARED] = 1
        self.found_errors: ErrorList | None = None
        self.broken = False
        self.size = 0
        self._jobs: tuple[Callable[[], list[Prepared]], ...] = ()

    def begin(self) -> None:
        """Start the steps that depend on no other."""
        for index in self._program.first:
            self._start(index)
        self._end_if_idle()

    def cancel(self) -> None:
        """Cancel the fetches in flight."""
        for fetch in self._in_flight.values():
            fetch.cancel()

    def defect(self) -> None:
        """Log a defect of the fast path; the general path completes the execution."""
        log.exception("the fast path of an operation failed because of a defect in the router")
        self.broken = True

    @property
    def errors(self) -> ErrorList:
        """The list for the errors of the response."""
        if self.found_errors is None:
            self.found_errors = ErrorList(self._program.limits.max_errors)
        return self.found_errors

    def _start(self, index: int) -> None:
        """Send a step's fetch. A step without representations is completed immediately."""
        prepared = self._prepare(index)
        if prepared is not None:
            self._send(index, *prepared)
        elif not self.broken:
            self._completed(index)

    def _prepare(self, index: int) -> tuple[bytes, list[Batch]] | None:
        """The request of a step's fetch; None if there is nothing to send, or if the run is broken."""
        fetch = self._program.fetches[index]
        try:
            if not fetch.groups:
                return fetch.body(self._variables), []
            batches = [batch(self.root, self.lists) for batch in self._program.code.represent[fetch.id]]
            if any(targets for _, targets in batches):
                return fetch.body(self._variables, [sent for sent, _ in batches]), batches
        except (Fallback, RecursionError):
            self.broken = True
        except Exception:
            self.defect()
        return None

    def _send(self, index: int, body: bytes, batches: list[Batch]) -> None:
        try:
            done = partial(self._resume, index, body, batches)
            self._in_flight[index] = start(self._program.fetches[index], body, self._call, done)
        except Exception as error:
            self._fail(error)

    def _completed(self, index: int) -> None:
        """Start the steps that waited for this one only."""
        waiting = self._waiting
        for freed in self._program.unblocks[index]:
            waiting[freed] -= 1
            if not waiting[freed] and not self.broken:
                self._start(freed)

    def _resume(self, index: int, body: bytes, batches: list[Batch], outcome: bytes | BaseException) -> None:
        """The transport's callback with the outcome of a step's fetch."""
        self._context.run(self._received, index, body, batches, outcome)

    def _received(self, index: int, body: bytes, batches: list[Batch], outcome: bytes | BaseException) -> None:
        if self.ended.done():
            return
        del self._in_flight[index]
        fetch = self._program.fetches[index]
        if isinstance(outcome, bytes):
            self.size += len(outcome)
        elif not isinstance(outcome, TransportError):
            self._fail(outcome)
            return
        self._replies[fetch.id] = (body, outcome)
        if self.size > HEAVY_BYTES:
            self._jobs = (*self._jobs, partial(self._advance, index, batches, outcome))
            if len(self._jobs) == 1:
                self._work()
            return
        if not self.broken:
            self._process(index, fetch, batches, outcome)
        if not self.broken:
            self._completed(index)
        self._end_if_idle()

    def _advance(self, index: int, batches: list[Batch], outcome: bytes | TransportError) -> list[Prepared]:
        """Process the outcome of a step's fetch in a worker thread; return what is to be sent then."""
        if not self.broken:
            self._process(index, self._program.fetches[index], batches, outcome)
        found: list[Prepared] = []
        completed = [index]
        while completed and not self.broken:
            for freed in self._program.unblocks[completed.pop()]:
                self._waiting[freed] -= 1
                if not self._waiting[freed]:
                    prepared = self._prepare(freed)
                    if prepared is None:
                        completed.append(freed)
                    else:
                        found.append((freed, *prepared))
        return [] if self.broken else found

    def _work(self) -> None:
        """Do the first job in a worker thread; the others wait for it, since all write into the same objects."""
        in_worker(self._jobs[0]).add_done_callback(self._worked, context=self._context)

    def _worked(self, job: asyncio.Future[list[Prepared]]) -> None:
        self._jobs = self._jobs[1:]
        if self.ended.done() or job.cancelled():
            return
        if self._jobs:
            self._work()
        for prepared in job.result():
            self._send(*prepared)
        self._end_if_idle()

    def _process(self, index: int, fetch: CompiledFetch, batches: list[Batch], outcome: bytes | TransportError) -> None:
        try:
            if isinstance(outcome, TransportError):
                failed(fetch, _counts(batches), str(outcome), outcome.code, self.errors)
                self._write(fetch, batches, None)
                return
            if self.size > HEAVY_BYTES:
                _check_reply(outcome)
            reply = self._program.decode[index](outcome)
            if reply.errors:
                if reply.data is None and (len(batches) > 1 or names_parts(reply.errors)):
                    raise Fallback  # parts of the request may have to be sent again
                self._add_errors(fetch, batches, reply.errors)
            elif reply.data is None:
                raise Fallback
            if batches and self.lists[MAX_SHARED] * len(outcome) > _AMPLE_BYTES:
                self._check_size(batches, len(outcome))
            self._write(fetch, batches, reply.data)
            decode_shared = self._program.code.decode_shared[fetch.id]
            if decode_shared is not None:
                decode_shared(self.root, self.lists)
        except (Fallback, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.broken = True
        except Exception:
            self.defect()

    def _write(self, fetch: CompiledFetch, batches: list[Batch], data: Any) -> None:
        """Write a fetch's data into the objects; `data` is None if the fetch failed."""
        code = self._program.code
        if fetch.groups:
            for number, (write, (_, targets)) in enumerate(zip(code.write_entities[fetch.id], batches, strict=True)):
                if targets:
                    entities = [None] * len(targets) if data is None else getattr(data, f"g{number}")
                    write(entities, targets, self.lists)
        elif data is not None:
            code.write_root[fetch.id](self.root, data)
        elif fetch.id in self._program.non_null_roots:
            raise Fallback

    def _add_errors(self, fetch: CompiledFetch, batches: list[Batch], errors: list[Any]) -> None:
        """Add a subgraph's errors at the client's response paths."""
        if not fetch.groups:
            root_errors(fetch, errors, self.errors, failed=False)
            return
        groups = self._program.layout.groups[fetch.id]
        located: dict[int, dict[int, list[LinkedPath]]] = {}

        def paths(group: int, number: int) -> list[ResponsePath]:
            if group not in located:
                located[group] = response_paths(self.root, groups[group].targets)
            return distinct_paths(located[group], batches[group][1][number])

        entity_errors(fetch, errors, _counts(batches), paths, self.errors, failed=False)

    def _fail(self, error: BaseException) -> None:
        if self.ended.done():
            return
        if isinstance(error, asyncio.CancelledError):
            self.ended.cancel()
        else:
            self.ended.set_exception(error)

    def _check_size(self, batches: list[Batch], size: int) -> None:
        """Raise Fallback if entities at many response paths may make the response too large."""
        self.size += size * max(max(map(len, targets), default=0) for _, targets in batches)
        if self.size > self._program.limits.max_response_bytes:
            raise Fallback

    def _end_if_idle(self) -> None:
        if not self._in_flight and not self._jobs and not self.ended.done():
            self.ended.set_result(None)


def _check_reply(encoded: bytes) -> None:
    """Raise Fallback for a reply that has to be decoded in parts, or refused."""
    if len(encoded) > _MAX_DECODED_BYTES:
        raise Fallback
    try:
        check_values(encoded)
    except TransportError:
        raise Fallback from None


def _counts(batches: list[Batch]) -> list[int]:
    return [len(targets) for _, targets in batches]
