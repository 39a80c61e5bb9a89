"""Executes a compiled plan: its fetches in their order, and one response."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from hanse_router.execute.apply import apply_entities, apply_root, failed, sent_counts
from hanse_router.execute.call import Call
from hanse_router.execute.compile import CompiledPlan, Variant
from hanse_router.execute.compiled import Fallback
from hanse_router.execute.entities import Batch, Object
from hanse_router.execute.errors import NULL_IN_NON_NULL, Error, explained
from hanse_router.execute.fetch import CompiledFetch, Replies, Reply, read_reply, send
from hanse_router.execute.project import PROPAGATE
from hanse_router.execute.response import Response
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
    execution = Execution(variant, variables, call, replies)
    await execution.fetch_all()
    return execution.response()


class Execution:
    """One execution of a variant on the general path: its response tree and its errors so far.

    `replies` are those that the fast path received: the same request is not sent again.
    """

    __slots__ = ("_call", "_replies", "_variables", "_variant", "errors", "root")

    def __init__(
        self, variant: Variant, variables: Mapping[str, Any], call: Call, replies: Replies | None = None
    ) -> None:
        self._replies = replies
        self._variant = variant
        self._variables = variables
        self._call = call
        self.root: Object = {}
        self.errors: list[Error] = []

    async def fetch_all(self) -> None:
        """Execute every fetch of the plan."""
        await run_steps(self._variant.steps, self._variant.unblocks, self._perform)

    def write_root(self, fetch: CompiledFetch, encoded: bytes) -> None:
        """Write a root fetch's reply into the response tree."""
        try:
            self._write(fetch, (), read_reply(encoded))
        except TransportError as error:
            self.errors += failed(fetch, (), str(error), error.code)

    def response(self) -> Response:
        """The response, complete."""
        variant = self._variant
        errors = self.errors
        if variant.introspection is not None:
            data, more = variant.introspection.answer(self._variables)
            self.root.update(data)
            errors = errors + more
        found: list[Error] = []
        projected = variant.project(self.root, (), found)
        if projected is PROPAGATE:
            projected = None
        for error in found:
            # A null that an error of a subgraph explains gets no second error.
            if error["extensions"]["code"] != NULL_IN_NON_NULL or not explained(error["path"], errors):
                errors.append(error)
        return Response(projected, errors)

    async def _perform(self, index: int) -> None:
        fetch = self._variant.fetches[index]
        batches: tuple[Batch, ...] = ()
        if fetch.groups:
            contexts = fetch.groups[0].contexts
            if contexts is not None and fetch.groups[0].active:
                parts = [self._fetch(fetch, (batch,), values) for values, batch in contexts.batches(self.root)]
                await asyncio.gather(*parts)
                return
            batches = tuple(group.input.batch(self.root) if group.active else _NO_BATCH for group in fetch.groups)
        await self._fetch(fetch, batches)

    async def _fetch(
        self, fetch: CompiledFetch, batches: tuple[Batch, ...], contexts: Mapping[str, Any] | None = None
    ) -> None:
        if fetch.groups and not any(batch.representations for batch in batches):
            return
        lists = [b"[" + b",".join(batch.representations) + b"]" for batch in batches]
        try:
            reply = read_reply(await self._send(fetch, fetch.body(self._variables, lists, contexts)))
        except TransportError as error:
            self.errors += failed(fetch, sent_counts(batches), str(error), error.code)
            return
        self._write(fetch, batches, reply)

    async def _send(self, fetch: CompiledFetch, body: bytes) -> bytes:
        if self._replies and (known := self._replies.get(fetch.id)) is not None and known[0] == body:
            if isinstance(known[1], TransportError):
                raise known[1]
            return known[1]
        return await send(fetch, body, self._call)

    def _write(self, fetch: CompiledFetch, batches: tuple[Batch, ...], reply: Reply) -> None:
        types = self._variant.object_types
        if fetch.groups:
            self.errors += apply_entities(self.root, fetch, batches, reply, types)
        else:
            self.errors += apply_root(self.root, fetch, reply, types)
