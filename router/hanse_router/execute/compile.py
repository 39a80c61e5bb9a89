"""A compiled plan: everything that can be computed without a request is computed here, once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from graphql import GraphQLSchema, is_object_type

from hanse_router.execute.collect import Collector
from hanse_router.execute.compiled import FastPath, Reason, Unsupported
from hanse_router.execute.compiled.layout import Repeated
from hanse_router.execute.conditions import Booleans, boolean_defaults
from hanse_router.execute.fetch import CompiledFetch
from hanse_router.execute.introspect import Introspection, Introspections
from hanse_router.execute.limits import DEFAULT_LIMITS, ExecutionLimits
from hanse_router.execute.project import Projection
from hanse_router.execute.steps import Step, plan_steps
from hanse_router.operation import Field, Operation
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import QueryPlan, Subscription
from hanse_router.telemetry.metrics import ExecutionMetrics

log = logging.getLogger("hanse_router.execute")

MAX_VARIANTS = 32
MAX_VARIANT_FIELDS = 8_000  # of all variants of one plan, unless there is only one
LARGE = 200  # fields; what such operations need takes too long for the event loop

Later = Callable[[Callable[[], None]], bool]
"""Does work beside the event loop, some time later. Returns False if there is no room for it."""
Grown = Callable[[], None]
"""Called when a plan has become larger, in any thread."""


class Variant:
    """The plan for one choice of values of the variables in `@skip` and `@include`."""

    def __init__(self, compiled: CompiledPlan, booleans: Booleans) -> None:
        operation = compiled.operation
        collector = Collector(operation, compiled.api_schema, booleans, compiled.denied)
        collected = collector.root()
        introspection = Introspection(operation, collected, compiled.api_schema)
        self._generate = partial(
            FastPath,
            collector=collector,
            root_type=operation.root,
            collected=collected,
            booleans=booleans,
            limits=compiled.limits,
        )
        self._name = operation.name or "(anonymous)"
        self._metrics = compiled.metrics
        self._fast: FastPath | None = None
        self._runs = 0
        self._later = compiled.later
        self._generating = False
        self.general_reason: Reason | None = None  # why there is no fast path; None: there is one, or not yet
        self.introspection = introspection if introspection.keys else None
        self.project = Projection(collector).root(operation.root, collected, introspection.keys)
        self.object_types = compiled.object_types
        self.limits = compiled.limits
        self.introspections = compiled.introspections
        self.steps: tuple[Step, ...] = plan_steps(compiled.plan.node, booleans)
        self.fetches = tuple(CompiledFetch(step.fetch, booleans) for step in self.steps)
        self.unblocks = _unblocks(self.steps)
        node = compiled.plan.node
        self.primary = CompiledFetch(node.primary, booleans) if isinstance(node, Subscription) else None

    def fast(self) -> FastPath | None:
        """The fast path, or None. It is generated at the second execution: an operation sent once does not pay for it.

        It is generated anew when other fields than before have repeated values.
        """
        self._runs += 1
        if self._runs == 2:
            self._replace(None)
        elif self._fast is not None and self._fast.repeated != self._fast.deduplicated:
            self._replace(self._fast.repeated)
        return self._fast

    def _replace(self, repeated: Repeated | None) -> None:
        """Generate a fast path: now, or later beside the event loop if the operation is large."""
        if self._later is None:
            self._fast = self._try_generate(repeated)
        elif not self._generating:
            self._generating = True
            if not self._later(partial(self._generate_later, repeated)):
                self._generating = False
                self._runs = 0  # try again

    def _generate_later(self, repeated: Repeated | None) -> None:
        self._fast = self._try_generate(repeated)
        self._generating = False

    def generate(self, repeated: Repeated | None = None) -> FastPath:
        """A new fast path. Raises Unsupported."""
        if self.primary is not None:
            raise Unsupported(Reason.SUBSCRIPTION)
        if self.introspection is not None:
            raise Unsupported(Reason.INTROSPECTION)
        if not self.steps:
            raise Unsupported(Reason.NO_FETCHES)
        return self._generate(self.steps, self.fetches, self.unblocks, repeated=repeated)

    def _try_generate(self, repeated: Repeated | None) -> FastPath | None:
        try:
            return self.generate(repeated)
        except Unsupported as error:
            self.general_reason = error.reason
            log.debug("operation %s uses the general path: %s", self._name, error)
        except Exception:  # a defect of the fast path must not cost a response
            self.general_reason = Reason.INTERNAL_ERROR
            log.exception("no fast path for operation %s because of a defect in the router", self._name)
        self._metrics.general_path(self.general_reason)
        return None


class CompiledPlan:
    """A plan and the operation it answers. Safe to execute concurrently."""

    def __init__(
        self,
        plan: QueryPlan,
        operation: Operation,
        api_schema: GraphQLSchema,
        *,
        denied: Collection[Field] = (),
        metrics: ExecutionMetrics | None = None,
        limits: ExecutionLimits = DEFAULT_LIMITS,
        introspections: Introspections | None = None,
        later: Later | None = None,
        grown: Grown | None = None,
    ) -> None:
        """`denied` are the fields that the caller may not see: the plan lacks them, and the response has null.

        `later` is used for large operations. Without it, everything is done immediately. `grown` is called after
        variants are made for other variables.
        """
        self._is_large = later is not None and operation.size > LARGE
        self.later = later if self._is_large else None
        self.metrics = metrics or ExecutionMetrics()
        self.limits = limits
        self.introspections = Introspections(api_schema) if introspections is None else introspections
        self.plan = plan
        self.kind: OperationKind = plan.kind
        self.operation = operation
        self.denied = denied
        self.api_schema = api_schema
        self.object_types = frozenset(name for name, type_ in api_schema.type_map.items() if is_object_type(type_))
        self._defaults = boolean_defaults(operation)
        self.is_always_ready = not self._is_large or not self._defaults
        self._max_variants = max(1, min(MAX_VARIANTS, MAX_VARIANT_FIELDS // max(1, operation.size)))
        self._variants: dict[tuple[bool, ...], Variant] = {}
        self._grown: Grown | None = None
        self.variant({})
        self._grown = grown

    @property
    def variants(self) -> int:
        """The number of variants made so far and kept."""
        return len(self._variants)

    def is_ready(self, variables: Mapping[str, Any]) -> bool:
        """Whether what these variables need is made already, or is made in no time."""
        return not self._is_large or self.choice(variables) in self._variants

    def choice(self, variables: Mapping[str, Any]) -> tuple[bool, ...]:
        """The values of the variables that decide what is selected."""
        defaults = self._defaults
        return tuple(bool(variables.get(name, default)) for name, default in defaults.items())

    def variant(self, variables: Mapping[str, Any]) -> Variant:
        """What is executed for these variables."""
        chosen = self.choice(variables) if self._defaults else ()
        variant = self._variants.get(chosen)
        if variant is None:
            variant = Variant(self, dict(zip(self._defaults, chosen, strict=True)))
            if len(self._variants) >= self._max_variants:
                del self._variants[next(iter(self._variants))]
            self._variants[chosen] = variant
            if self._grown is not None:
                self._grown()
        return variant


def _unblocks(steps: tuple[Step, ...]) -> tuple[tuple[int, ...], ...]:
    """For each step, the indices of the steps that wait for it."""
    waiting: list[list[int]] = [[] for _ in steps]
    for index, step in enumerate(steps):
        for before in step.waits_for:
            waiting[before].append(index)
    return tuple(tuple(indices) for indices in waiting)
