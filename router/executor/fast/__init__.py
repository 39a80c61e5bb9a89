"""The fast path: replies decoded straight into the client's shape by code made for the plan.

It answers what ends well. Whatever else it meets (errors, values that do not fit, nulls where none may be) it leaves to
the general path, together with the replies that came, so that nothing is asked of a subgraph twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from router.executor.call import Call
from router.executor.entities import encode
from router.executor.fast.code import Batch, Code, Fallback, Lists
from router.executor.fast.overlay import Overlay
from router.executor.fast.shape import Shaper, Unsupported
from router.executor.fast.structs import Structs
from router.executor.fetch import CompiledFetch, Replies, send
from router.executor.schedule import run_steps
from router.executor.steps import Step
from router.transports.base import TransportError

if TYPE_CHECKING:
    from graphql import GraphQLObjectType

    from router.executor.collect import Collected, Collector
    from router.executor.conditions import Booleans

__all__ = ["Fallback", "FastPlan", "Unsupported"]

log = logging.getLogger("router.executor")

_MISSES_IN_A_ROW = 8  # after so many it is tried only now and then
_NOW_AND_THEN = 64


class _Response(msgspec.Struct, gc=False):
    data: Any


class FastPlan:
    """A plan compiled to classes and functions of its own. Raises Unsupported where that cannot be done."""

    def __init__(
        self,
        steps: Sequence[Step],
        fetches: Sequence[CompiledFetch],
        unblocks: Sequence[Sequence[int]],
        collector: Collector,
        root_type: GraphQLObjectType,
        collected: Collected,
        booleans: Booleans,
    ) -> None:
        shaper = Shaper(collector)
        root = shaper.root(root_type, collected)
        overlay = Overlay(root, steps, booleans, shaper, collector.api_schema)
        structs = Structs(overlay)
        self.steps = steps
        self.fetches = fetches
        self.unblocks = unblocks
        self.code = Code(overlay)
        self.root = structs.root
        self.decode = tuple(structs.decoders[fetch.id].decode for fetch in fetches)
        self._misses = 0

    def worth_trying(self) -> bool:
        """Whether to run it: not when it keeps being left for the general path."""
        if self._misses < _MISSES_IN_A_ROW:
            return True
        self._misses += 1
        return self._misses % _NOW_AND_THEN == 0

    async def run(self, variables: Mapping[str, Any], call: Call, replies: Replies) -> bytes:
        """The response. Raises Fallback, with all replies that came in `replies`."""
        run = _Run(self, variables, call, replies)
        await run_steps(self.steps, self.unblocks, run.perform)
        if not run.broken:
            try:
                self.code.finish(run.root, run.lists)
                response: bytes = encode(_Response(run.root))
            except Fallback:
                pass
            except Exception:
                log.exception("the fast path of an operation failed, by a mistake in the router")
            else:
                self._misses = 0
                return response
        self._misses += 1
        raise Fallback


class _Run:
    __slots__ = ("_call", "_plan", "_replies", "_variables", "broken", "lists", "root")

    def __init__(self, plan: FastPlan, variables: Mapping[str, Any], call: Call, replies: Replies) -> None:
        self._plan = plan
        self._variables = variables
        self._call = call
        self._replies = replies
        self.root: Any = plan.root()
        self.lists: Lists = [None] * plan.code.lists
        self.broken = False

    async def perform(self, index: int) -> None:
        if self.broken:  # what is under way may end, and is kept; nothing new begins
            return
        plan = self._plan
        fetch = plan.fetches[index]
        batches: list[Batch] = []
        try:
            if fetch.groups:
                batches = [batch(self.root, self.lists) for batch in plan.code.batch[fetch.id]]
                if not any(targets for _, targets in batches):
                    return
                body = fetch.body(self._variables, [b"[%b]" % sent for sent, _ in batches])
            else:
                body = fetch.body(self._variables)
        except Fallback:
            self.broken = True
            return
        except Exception:
            self._mistake()
            return
        try:
            encoded = await send(fetch, body, self._call)
        except TransportError as error:
            self._replies[fetch.id] = (body, error)
            self.broken = True
            return
        self._replies[fetch.id] = (body, encoded)
        if not self.broken:
            try:
                self._take(index, fetch, batches, encoded)
            except (Fallback, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                self.broken = True
            except Exception:
                self._mistake()

    def _mistake(self) -> None:
        """Note a mistake in what only makes things faster; the general path answers."""
        log.exception("the fast path of an operation failed, by a mistake in the router")
        self.broken = True

    def _take(
        self, index: int, fetch: CompiledFetch, batches: list[tuple[bytes, list[list[Any]]]], encoded: bytes
    ) -> None:
        plan = self._plan
        reply = plan.decode[index](encoded)
        if reply.errors:
            raise Fallback
        data = reply.data
        if not fetch.groups:
            plan.code.copy[fetch.id](self.root, data)
            return
        for number, (write, (_, targets)) in enumerate(zip(plan.code.write[fetch.id], batches, strict=True)):
            if targets:
                write(getattr(data, f"g{number}"), targets)
