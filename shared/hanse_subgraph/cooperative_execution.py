"""Cooperative execution: long lists are completed in several time slices, between which the event loop is free.

graphql-core completes a list of objects in one step, whatever its length. A thousand objects take longer than other
requests may have to wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLOutputType, GraphQLResolveInfo, get_named_type, is_leaf_type
from graphql.pyutils import Path, gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

SLICE_SECONDS = 0.005
"""How long the lists of all requests are completed in one iteration of the event loop."""


class TimeSlice:
    """How long this iteration of the event loop may still complete lists."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None  # whose iteration has begun to complete lists
        self._ends = 0.0

    def is_over(self) -> bool:
        """Whether the time is spent. The first call in an iteration starts it."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # a loop that stopped may have left its own
            self._loop = loop
            loop.call_soon(self._end)
            self._ends = time.perf_counter() + SLICE_SECONDS
            return False
        return time.perf_counter() > self._ends

    def _end(self) -> None:
        self._loop = None


_slice = TimeSlice()  # of this process: it runs one event loop at a time


async def wait_for_time_slice() -> None:
    """Wait for an iteration of the event loop that has time left.

    For resolvers that wait for a data loader: all that wait for one batch continue in one iteration.
    """
    while _slice.is_over():  # noqa: ASYNC110 - nothing sets an event when an iteration ends
        await asyncio.sleep(0)


class CooperativeExecution(StrawberryGraphQLCoreExecutionContext):
    """Executes as graphql-core does, and completes long lists of objects in several time slices."""

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        """The completed items, or an awaitable of them (GraphQL specification, 6.4.3)."""
        if is_leaf_type(get_named_type(item_type)):
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)
        field = (item_type, field_details_list, info)
        return _Completion(self, field, path, position_context, items).completed()


class _Completion:
    """The completion of one list."""

    def __init__(
        self,
        execution: CooperativeExecution,
        field: tuple[Any, Any, Any],
        path: Path,
        context: Any,
        items: Iterable[Any],
    ) -> None:
        self._execution = execution
        self._field = field
        self._path = path
        self._context = context
        self._items = enumerate(items)
        self._values: list[Any] = []
        self._awaitable: list[int] = []  # the indices of values that are to be awaited

    def completed(self) -> Any:
        """The completed items, or an awaitable of them."""
        is_whole = self._complete_some()
        if is_whole and not self._awaitable:
            return self._values
        return self._awaited() if is_whole else self._completed_later()

    def _complete_some(self) -> bool:
        """Complete items until the time is spent. Returns True after the last one."""
        execution, values, context = self._execution, self._values, self._context
        item_type, nodes, info = self._field
        try:
            for index, item in self._items:
                path = self._path.add_key(index, None)
                if execution.is_awaitable(item):
                    complete_later = execution.complete_awaitable_list_item_value
                    values.append(complete_later(item, item_type, nodes, info, path, context))
                    self._awaitable.append(index)
                elif execution.complete_list_item_value(item, values, item_type, nodes, info, path, context):
                    self._awaitable.append(index)
                if _slice.is_over():
                    return False
        except Exception:  # of an item that may not be null
            self._settle()
            raise
        return True

    async def _completed_later(self) -> list[Any]:
        try:
            await wait_for_time_slice()
            while not self._complete_some():
                await wait_for_time_slice()
        except asyncio.CancelledError:
            self._settle()
            raise
        return await self._awaited()

    async def _awaited(self) -> list[Any]:
        for index, value in zip(self._awaitable, await gather_with_cancel(*self._pending()), strict=True):
            self._values[index] = value
        return self._values

    def _settle(self) -> None:
        """Let what was begun end, as graphql-core does: nobody else awaits it."""
        if self._awaitable:
            self._execution.settle_in_background(self._pending())

    def _pending(self) -> list[Any]:
        return [self._values[index] for index in self._awaitable]
