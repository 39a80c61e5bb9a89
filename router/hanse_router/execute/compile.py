"""A plan made ready to run: all that can be known without a request is done here, once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, is_object_type

from hanse_router.execute.collect import Collector
from hanse_router.execute.compiled import FastPlan, Unsupported
from hanse_router.execute.compiled.repeated_values import Shared
from hanse_router.execute.conditions import Booleans, boolean_defaults, condition_variables
from hanse_router.execute.fetch import CompiledFetch
from hanse_router.execute.introspect import Introspection
from hanse_router.execute.project import Projection
from hanse_router.execute.steps import Step, plan_steps
from hanse_router.planner.plan import OperationKind, QueryPlan, Subscription

log = logging.getLogger("hanse_router.execute")

MOST_VARIANTS = 32


class Variant:
    """The plan for one choice of the variables that `@skip` and `@include` ask for."""

    def __init__(self, compiled: CompiledPlan, booleans: Booleans) -> None:
        operation = compiled.operation
        root_type = compiled.api_schema.get_root_type(operation.operation)
        assert root_type is not None  # the operation is valid
        collector = Collector(compiled.document, compiled.api_schema, booleans)
        collected = collector.root(operation, root_type)
        introspection = Introspection(compiled.document, operation, collected, compiled.api_schema)
        self._make_fast = partial(
            FastPlan, collector=collector, root_type=root_type, collected=collected, booleans=booleans
        )
        self._fast: FastPlan | None = None
        self._runs = 0
        self.why_not_fast = ""
        self.introspection = introspection if introspection.keys else None
        self.project = Projection(collector).root(root_type, collected, introspection.keys)
        self.object_types = compiled.object_types
        self.steps: tuple[Step, ...] = plan_steps(compiled.plan.node, booleans)
        self.fetches = tuple(CompiledFetch(step.fetch, booleans) for step in self.steps)
        self.unblocks = _unblocks(self.steps)
        node = compiled.plan.node
        self.primary = CompiledFetch(node.primary, booleans) if isinstance(node, Subscription) else None

    def fast(self) -> FastPlan | None:
        """The fast path, made at the second run: what is asked only once does not pay for it."""
        self._runs += 1
        if self._runs == 2 and self.steps and self.primary is None and self.introspection is None:
            self._fast = self._made_fast(None)
        elif self._fast is not None and self._fast.repeating != self._fast.shared:
            self._fast = self._made_fast(self._fast.repeating)  # what responses repeat has changed
        return self._fast

    def _made_fast(self, shared: Shared | None) -> FastPlan | None:
        try:
            return self._make_fast(self.steps, self.fetches, self.unblocks, shared=shared)
        except Unsupported as reason:
            self.why_not_fast = str(reason)
        except Exception:  # a mistake in what only makes things faster must not cost an answer
            log.exception("an operation gets no fast path, by a mistake in the router")
            self.why_not_fast = "a mistake"
        return None


class CompiledPlan:
    """A plan and the document it answers. Safe to run any number of times at once."""

    def __init__(
        self, plan: QueryPlan, document: DocumentNode, operation: OperationDefinitionNode, api_schema: GraphQLSchema
    ) -> None:
        self.plan = plan
        self.kind: OperationKind = plan.kind
        self.document = document
        self.operation = operation
        self.api_schema = api_schema
        self.object_types = frozenset(name for name, type_ in api_schema.type_map.items() if is_object_type(type_))
        self._defaults = boolean_defaults(operation, condition_variables(document))
        self._variants: dict[tuple[bool, ...], Variant] = {}
        self.variant({})

    def variant(self, variables: Mapping[str, Any]) -> Variant:
        """What runs for these variables."""
        defaults = self._defaults
        chosen = tuple(bool(variables.get(name, default)) for name, default in defaults.items()) if defaults else ()
        variant = self._variants.get(chosen)
        if variant is None:
            variant = Variant(self, dict(zip(defaults, chosen, strict=True)))
            if len(self._variants) >= MOST_VARIANTS:
                del self._variants[next(iter(self._variants))]
            self._variants[chosen] = variant
        return variant


def compile_plan(
    plan: QueryPlan, document: DocumentNode, operation_name: str | None, api_schema: GraphQLSchema
) -> CompiledPlan:
    """Make a plan ready. `document` is the client's own, valid against `api_schema`, and shapes the response.

    Raises ValueError where the document has no such operation.
    """
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and (
            operation_name is None or (definition.name and definition.name.value == operation_name)
        ):
            return CompiledPlan(plan, document, definition, api_schema)
    raise ValueError(f"The document has no operation {operation_name!r}.")


def _unblocks(steps: tuple[Step, ...]) -> tuple[tuple[int, ...], ...]:
    """For each step, those that wait for it."""
    waiting: list[list[int]] = [[] for _ in steps]
    for index, step in enumerate(steps):
        for before in step.waits_for:
            waiting[before].append(index)
    return tuple(tuple(indices) for indices in waiting)
