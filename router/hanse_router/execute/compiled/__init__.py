"""The fast path: replies decoded straight into the client's shape by code made for the plan.

It answers what ends well, and what fails where nulls may be: errors of subgraphs, entities that do not come. Whatever
else it meets (values that do not fit, nulls where none may be) it leaves to the general path, together with the replies
that came, so that nothing is asked of a subgraph twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from hanse_router.execute.call import Call
from hanse_router.execute.compiled.generate import Code
from hanse_router.execute.compiled.layout import Overlay
from hanse_router.execute.compiled.repeated_values import Shared, repeating, share
from hanse_router.execute.compiled.run import Run
from hanse_router.execute.compiled.shape import Shaper, Unsupported
from hanse_router.execute.compiled.source import Fallback
from hanse_router.execute.compiled.structs import Structs
from hanse_router.execute.entities import encode
from hanse_router.execute.errors import Error
from hanse_router.execute.fetch import CompiledFetch, Replies
from hanse_router.execute.steps import Step

if TYPE_CHECKING:
    from graphql import GraphQLObjectType

    from hanse_router.execute.collect import Collected, Collector
    from hanse_router.execute.conditions import Booleans

__all__ = ["Fallback", "FastPlan", "Unsupported"]

_MISSES_IN_A_ROW = 8  # after so many it is tried only now and then
_NOW_AND_THEN = 64
_LOOK_FIRST, _LOOK_EVERY = 2, 500  # runs, after which it is looked at what repeats


class _Response(msgspec.Struct, gc=False):
    data: Any


class _Failed(msgspec.Struct, gc=False):
    data: Any
    errors: list[Error]


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
        shared: Shared | None = None,
    ) -> None:
        """`shared` are the fields of which a plan made before has seen that they repeat."""
        shaper = Shaper(collector)
        root = shaper.root(root_type, collected)
        overlay = Overlay(root, steps, booleans, shaper, collector.api_schema)
        share(root, shared or frozenset())
        structs = Structs(overlay)
        self.fetches = fetches
        self.waits = [len(step.waits_for) for step in steps]
        self.first = [index for index, count in enumerate(self.waits) if not count]
        self.unblocks = unblocks
        self.groups = overlay.groups
        self.needed = {  # root fetches of which null in place of data is not null fields alone
            id_
            for id_, brings in overlay.roots.items()
            if any(slot.non_null and not slot.hidden for slot, _ in brings.values())
        }
        self.code = Code(overlay, structs.shared)
        self.root = structs.root
        self.decode = tuple(structs.decoders[fetch.id].decode for fetch in fetches)
        self.shape = root
        self.shared = self.repeating = shared or frozenset()  # what is, and what should be after what was seen last
        self._runs = 0 if shared is None else _LOOK_FIRST
        self._misses = 0

    def worth_trying(self) -> bool:
        """Whether to run it: not when it keeps being left for the general path."""
        if self._misses < _MISSES_IN_A_ROW:
            return True
        self._misses += 1
        return self._misses % _NOW_AND_THEN == 0

    async def run(self, variables: Mapping[str, Any], call: Call, replies: Replies) -> bytes:
        """The response. Raises Fallback, with all replies that came in `replies`."""
        run = Run(self, variables, call, replies)
        run.begin()
        try:
            await run.ended
        except BaseException:
            run.cancel()
            raise
        if not run.broken:
            try:
                self.code.finish(run.root, run.lists)
                self._runs += 1
                if self._runs % _LOOK_EVERY == _LOOK_FIRST:
                    self.repeating = repeating(self.shape, run.root)
                self.code.fold(run.lists)
                response: bytes = encode(_Failed(run.root, run.errors) if run.errors else _Response(run.root))
            except Fallback:
                pass
            except Exception:
                run.mistake()
            else:
                self._misses = 0
                return response
        self._misses += 1
        raise Fallback
