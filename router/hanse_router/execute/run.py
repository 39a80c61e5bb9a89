"""Executes a compiled plan: its fetches in their order, and one response."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from hanse_router.execute.apply import apply_entities, apply_root, failed, sent_counts
from hanse_router.execute.ask_apart import ask_apart
from hanse_router.execute.call import Call
from hanse_router.execute.compile import CompiledPlan, Variant
from hanse_router.execute.compiled import Fallback
from hanse_router.execute.context_arguments import together
from hanse_router.execute.entities import Batch, Object
from hanse_router.execute.error_list import ErrorList
from hanse_router.execute.fetch import CompiledFetch, Replies, send
from hanse_router.execute.heavy import HEAVY_BYTES, Result, in_worker
from hanse_router.execute.project import project
from hanse_router.execute.read_reply import read_reply
from hanse_router.execute.response import Response, nested_too_deeply
from hanse_router.execute.schedule import run_steps
from hanse_router.transports.errors import TransportError

_NO_BATCH = Batch()


async def run(compiled: CompiledPlan, variables: Mapping[str, Any], call: Call) -> Response:
    """The response of a query or mutation.

    `variables` are the client's, coerced, with defaults. Failures of subgraphs become errors in the response.
    """
    variant = compiled.variant(variables)
    fast = variant.fast()
    replies: Replies = {}
    if fast is not None and fast.worth_trying():
        try:
            response = await fast.run(variables, call, replies)
        except Fallback:
            compiled.metrics.fallback.value += 1
        else:
            compiled.metrics.fast.value += 1
            return response
    else:
        compiled.metrics.general.value += 1
    return await Execution(variant, variables, call, replies).response()


class Execution:
    """One execution of a variant on the general path: its response tree and its errors so far.

    `replies` are those that the fast path received: the same request is not sent again.
    """

    __slots__ = ("_call", "_copies", "_lock", "_replies", "_size", "_variables", "_variant", "errors", "root")

    def __init__(
        self, variant: Variant, variables: Mapping[str, Any], call: Call, replies: Replies | None = None
    ) -> None:
        self._replies = replies
        self._variant = variant
        self._variables = variables
        self._call = call
        self._lock = asyncio.Lock()
        self._size = 0  # of the replies in the tree: bytes, times the number of objects that share an entity
        self._copies = 1
        self.root: Object = {}
        self.errors = ErrorList(variant.limits.max_errors)

    async def write_root(self, fetch: CompiledFetch, encoded: bytes) -> None:
        """Write a root fetch's reply into the response tree."""
        self._size += len(encoded)
        await self._do(partial(self._receive, fetch, (), encoded))

    async def response(self) -> Response:
        """Execute every fetch of the plan, and complete the response."""
        variant = self._variant
        try:
            await run_steps(variant.steps, variant.unblocks, self._perform)
            if variant.introspection is not None:
                data, errors = await variant.introspections.answer(variant.introspection, self._variables)
                self.root.update(data)
                for error in errors:
                    self.errors.add(error)
            return await self._do(self._complete)
        except RecursionError:
            return Response(None, nested_too_deeply())

    async def _do(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work on the response tree: one at a time, in a worker thread once the tree is large."""
        if self._size <= HEAVY_BYTES:
            return work()
        async with self._lock:
            return await in_worker(work)

    def _complete(self) -> Response:
        return project(self._variant.project, self.root, self.errors, self._variant.limits)

    async def _perform(self, index: int) -> None:
        fetch = self._variant.fetches[index]
        batches: tuple[Batch, ...] = ()
        if fetch.groups:
            contexts = fetch.groups[0].contexts
            if contexts is not None and fetch.groups[0].active:
                parts = await self._do(partial(contexts.batches, self.root))
                await asyncio.gather(
                    *(
                        self._fetch(fetch.aliased(len(batches)) if len(batches) > 1 else fetch, batches, values)
                        for values, batches in together(parts)
                    )
                )
                return
            batches = await self._do(partial(_batches, fetch, self.root))
        await self._fetch(fetch, batches)

    async def _fetch(
        self,
        fetch: CompiledFetch,
        batches: tuple[Batch, ...],
        contexts: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> None:
        """Send a fetch and write its reply. `again`: it was sent before, with other groups."""
        if fetch.groups and not any(batch.representations for batch in batches):
            return
        lists = [b"[" + b",".join(batch.representations) + b"]" for batch in batches]
        try:
            encoded = await self._send(fetch, fetch.body(self._variables, lists, contexts))
        except TransportError as error:
            await self._do(partial(failed, fetch, sent_counts(batches), str(error), error.code, self.errors))
            return
        self._copies *= max((len(objects) for batch in batches for objects in batch.targets), default=1)
        self._size += len(encoded) * self._copies
        apart = await self._do(partial(self._receive, fetch, batches, encoded, again=again))
        await asyncio.gather(*(self._fetch(fetch, some, contexts, again=True) for some in apart))

    async def _send(self, fetch: CompiledFetch, body: bytes) -> bytes:
        if self._replies and (known := self._replies.get(fetch.id)) is not None and known[0] == body:
            if isinstance(known[1], TransportError):
                raise known[1]
            return known[1]
        return await send(fetch, body, self._call)

    def _receive(
        self, fetch: CompiledFetch, batches: tuple[Batch, ...], encoded: bytes, *, again: bool = False
    ) -> list[tuple[Batch, ...]]:
        """Write a reply into the response tree; return the batches of each request that has to be sent apart."""
        try:
            reply = read_reply(encoded, self._variant.limits.max_errors)
        except TransportError as error:
            failed(fetch, sent_counts(batches), str(error), error.code, self.errors)
            return []
        types = self._variant.object_types
        if not fetch.groups:
            apply_root(self.root, fetch, reply, types, self.errors)
            return []
        rest, apart = (batches, []) if again else ask_apart(fetch, batches, reply)
        if any(batch.representations for batch in rest):
            apply_entities(self.root, fetch, rest, reply, types, self.errors)
        return apart


def _batches(fetch: CompiledFetch, root: Object) -> tuple[Batch, ...]:
    return tuple(group.input.batch(root) if group.active else _NO_BATCH for group in fetch.groups)
