"""The fast path of one plan: its classes, its functions, and one execution of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from hanse_router.execute.call import Call
from hanse_router.execute.compiled.layout import Repeated, lay_out
from hanse_router.execute.compiled.program import Program
from hanse_router.execute.compiled.repeated_values import repeated_fields
from hanse_router.execute.compiled.run import Run
from hanse_router.execute.compiled.shape import Shaper
from hanse_router.execute.compiled.source import Fallback
from hanse_router.execute.fetch import CompiledFetch, Replies
from hanse_router.execute.heavy import HEAVY_BYTES, in_worker
from hanse_router.execute.limits import ExecutionLimits
from hanse_router.execute.response import Response
from hanse_router.execute.steps import Step

if TYPE_CHECKING:
    from graphql import GraphQLObjectType

    from hanse_router.execute.collect import Collected, Collector
    from hanse_router.execute.conditions import Booleans

_MAX_FALLBACKS_IN_A_ROW = 8  # after these it is tried only for one in _RETRY_INTERVAL executions
_RETRY_INTERVAL = 64
_FIRST_SAMPLE, _SAMPLE_INTERVAL = 2, 500  # executions whose responses are searched for repeated values


class FastPath:
    """A plan compiled to classes and functions of its own. Raises Unsupported where that is not possible."""

    def __init__(
        self,
        steps: Sequence[Step],
        fetches: Sequence[CompiledFetch],
        unblocks: Sequence[Sequence[int]],
        collector: Collector,
        root_type: GraphQLObjectType,
        collected: Collected,
        booleans: Booleans,
        limits: ExecutionLimits,
        repeated: Repeated | None = None,
    ) -> None:
        """`repeated` are the fields whose values are deduplicated; None: no response has been sampled yet."""
        shape = Shaper(collector).root(root_type, collected)
        layout = lay_out(shape, steps, booleans, collector.api_schema, repeated or frozenset())
        self.layout = layout
        self._program = Program(steps, fetches, unblocks, layout, limits)
        self.source = self._program.source
        self.deduplicated = self.repeated = repeated or frozenset()  # by this code; in the response sampled last
        self._runs = 0 if repeated is None else _FIRST_SAMPLE
        self._fallbacks = 0

    def worth_trying(self) -> bool:
        """Whether to use it: rarely once many executions in a row fell back to the general path."""
        if self._fallbacks < _MAX_FALLBACKS_IN_A_ROW:
            return True
        self._fallbacks += 1
        return self._fallbacks % _RETRY_INTERVAL == 0

    async def run(self, variables: Mapping[str, Any], call: Call, replies: Replies) -> Response:
        """The response. Raises Fallback; `replies` then holds the replies received so far."""
        run = Run(self._program, variables, call, replies)
        run.begin()
        try:
            await run.ended
        except BaseException:
            run.cancel()
            raise
        if run.size > HEAVY_BYTES:
            await in_worker(partial(self._complete, run))
        else:
            self._complete(run)
        if run.broken:
            self._fallbacks += 1
            raise Fallback
        self._fallbacks = 0
        return Response(run.root, () if run.found_errors is None else run.found_errors.listed())

    def _complete(self, run: Run) -> None:
        """Complete the response; the run is broken where that is not possible."""
        if run.broken:
            return
        try:
            self._program.code.complete(run.root, run.lists)
            self._runs += 1
            if self._runs % _SAMPLE_INTERVAL == _FIRST_SAMPLE:
                self.repeated = repeated_fields(self.layout.root, run.root)
            self._program.code.encode_shared(run.lists)
        except (Fallback, RecursionError):
            run.broken = True
        except Exception:
            run.defect()
