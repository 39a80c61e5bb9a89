"""What one execution on the fast path needs of its plan: the steps, the generated code and its decoders."""

from __future__ import annotations

from collections.abc import Sequence

from hanse_router.execute.compiled.generate import Code
from hanse_router.execute.compiled.layout import Layout
from hanse_router.execute.compiled.structs import Structs
from hanse_router.execute.fetch import CompiledFetch
from hanse_router.execute.limits import ExecutionLimits
from hanse_router.execute.steps import Step


class Program:
    """The generated code of a plan, and the order of its steps."""

    def __init__(
        self,
        steps: Sequence[Step],
        fetches: Sequence[CompiledFetch],
        unblocks: Sequence[Sequence[int]],
        layout: Layout,
        limits: ExecutionLimits,
    ) -> None:
        """`fetches` has the fetch of each step; `unblocks` the steps that wait for it. Raises Unsupported."""
        structs = Structs(layout)
        self.fetches = fetches
        self.limits = limits
        self.waits = [len(step.waits_for) for step in steps]
        self.first = [index for index, count in enumerate(self.waits) if not count]
        self.unblocks = unblocks
        self.layout = layout
        self.non_null_roots = {  # fetches that have to write a non-null field into the root object
            id_
            for id_, written in layout.roots.items()
            if any(one.field.non_null and one.field.selected for one in written.values())
        }
        self.code = Code(layout, structs.shared)
        self.root = structs.root
        self.decode = tuple(structs.decoders[fetch.id].decode for fetch in fetches)
        self.source = f"{structs.listing()}\n\n\n{self.code.module.text}"
