"""One execution on the fast path: each reply is taken up as it comes, and what waited for it is sent at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from hanse_router.execute.apply import entity_errors, failed, root_errors
from hanse_router.execute.call import Call
from hanse_router.execute.compiled.error_paths import response_paths
from hanse_router.execute.compiled.representations import Batch
from hanse_router.execute.compiled.source import Fallback, Lists
from hanse_router.execute.errors import Error, ResponsePath
from hanse_router.execute.fetch import CompiledFetch, Replies, begin
from hanse_router.transports.errors import TransportError
from hanse_router.transports.prompt import Outcome, UnderWay

if TYPE_CHECKING:
    from hanse_router.execute.compiled.fast_path import FastPath

log = logging.getLogger("hanse_router.execute")


class Run:
    """No task and no coroutine stands between a reply and the requests that follow it: `ended` is all that is awaited.

    `broken` tells that only the general path can answer: what is under way may end, and is kept; nothing new begins.
    """

    __slots__ = (
        "_call",
        "_plan",
        "_replies",
        "_under_way",
        "_variables",
        "_waiting",
        "broken",
        "ended",
        "errors",
        "lists",
        "root",
    )

    def __init__(self, plan: FastPath, variables: Mapping[str, Any], call: Call, replies: Replies) -> None:
        self._plan = plan
        self._variables = variables
        self._call = call
        self._replies = replies
        self._under_way: dict[int, UnderWay] = {}
        self._waiting = list(plan.waits)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.root: Any = plan.root()
        self.lists: Lists = [None] * plan.code.lists
        self.errors: list[Error] = []
        self.broken = False

    def begin(self) -> None:
        """Send what waits for nothing."""
        for index in self._plan.first:
            self._start(index)
        self._maybe_end()

    def cancel(self) -> None:
        """Give up what is under way."""
        for under_way in self._under_way.values():
            under_way.cancel()

    def mistake(self) -> None:
        """Note a mistake in what only makes things faster; the general path answers."""
        log.exception("the fast path of an operation failed, by a mistake in the router")
        self.broken = True

    def _start(self, index: int) -> None:
        """Send a step's fetch; one that has nothing to send is over at once."""
        plan = self._plan
        fetch = plan.fetches[index]
        batches: list[Batch] = []
        try:
            if fetch.groups:
                batches = [batch(self.root, self.lists) for batch in plan.code.represent[fetch.id]]
                if not any(targets for _, targets in batches):
                    self._over(index)
                    return
                body = fetch.body(self._variables, [sent for sent, _ in batches])
            else:
                body = fetch.body(self._variables)
        except Fallback:
            self.broken = True
            return
        except Exception:
            self.mistake()
            return
        try:
            self._under_way[index] = begin(fetch, body, self._call, partial(self._came, index, body, batches))
        except Exception as error:
            self._fail(error)

    def _over(self, index: int) -> None:
        """Start what waited for a step alone."""
        waiting = self._waiting
        for freed in self._plan.unblocks[index]:
            waiting[freed] -= 1
            if not waiting[freed] and not self.broken:
                self._start(freed)

    def _came(self, index: int, body: bytes, batches: list[Batch], outcome: Outcome) -> None:
        """A transport tells what became of a step's fetch."""
        if self.ended.done():
            return
        del self._under_way[index]
        fetch = self._plan.fetches[index]
        if not isinstance(outcome, bytes | TransportError):
            self._fail(outcome)
            return
        self._replies[fetch.id] = (body, outcome)
        if not self.broken:
            self._take(index, fetch, batches, outcome)
        if not self.broken:
            self._over(index)
        self._maybe_end()

    def _take(self, index: int, fetch: CompiledFetch, batches: list[Batch], outcome: bytes | TransportError) -> None:
        try:
            if isinstance(outcome, TransportError):
                self.errors += failed(fetch, _counts(batches), str(outcome), outcome.code)
                self._write(fetch, batches, None)
                return
            reply = self._plan.decode[index](outcome)
            if reply.errors:
                self._note(fetch, batches, reply.errors)
            elif reply.data is None:
                raise Fallback
            self._write(fetch, batches, reply.data)
            decode_shared = self._plan.code.decode_shared[fetch.id]
            if decode_shared is not None:
                decode_shared(self.root, self.lists)
        except (Fallback, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.broken = True
        except Exception:
            self.mistake()

    def _write(self, fetch: CompiledFetch, batches: list[Batch], data: Any) -> None:
        """Write what came into the objects it is for; `data` is None where nothing came."""
        code = self._plan.code
        if fetch.groups:
            for number, (write, (_, targets)) in enumerate(zip(code.write_entities[fetch.id], batches, strict=True)):
                if targets:
                    entities = [None] * len(targets) if data is None else getattr(data, f"g{number}")
                    write(entities, targets, self.lists)
        elif data is not None:
            code.write_root[fetch.id](self.root, data)
        elif fetch.id in self._plan.non_null_roots:
            raise Fallback

    def _note(self, fetch: CompiledFetch, batches: list[Batch], errors: list[Any]) -> None:
        """Note a subgraph's errors at the client's paths."""
        if not fetch.groups:
            self.errors += root_errors(fetch, errors)
            return
        groups = self._plan.layout.groups[fetch.id]
        located: dict[int, dict[int, list[ResponsePath]]] = {}

        def places(group: int, number: int) -> Iterable[ResponsePath]:
            if group not in located:
                located[group] = response_paths(self.root, groups[group].targets)
            known = located[group]
            return dict.fromkeys(place for one in batches[group][1][number] for place in known.get(id(one), ()))

        self.errors += entity_errors(fetch, errors, _counts(batches), places)

    def _fail(self, error: BaseException) -> None:
        if self.ended.done():
            return
        if isinstance(error, asyncio.CancelledError):
            self.ended.cancel()
        else:
            self.ended.set_exception(error)

    def _maybe_end(self) -> None:
        if not self._under_way and not self.ended.done():
            self.ended.set_result(None)


def _counts(batches: list[Batch]) -> list[int]:
    return [len(targets) for _, targets in batches]
