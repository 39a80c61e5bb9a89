"""Demand control: refuses operations that would cost too much, and reports costs in metrics and responses."""

from __future__ import annotations

import asyncio

import msgspec

from hanse_router.errors import CostTooHigh, SlicingArgumentRequired
from hanse_router.execute import Response
from hanse_router.operation_kind import OperationKind
from hanse_router.prepare.cost import LargeResponseError, OperationCost
from hanse_router.request import RequestContext, Variables
from hanse_router.settings_demand_control import DemandControlSettings
from hanse_router.telemetry.metrics import Metrics

MAX_VALUES = 10_000  # of a response that is counted on the event loop: a few milliseconds
HEADER = "x-hanse-cost"  # of a request that asks for its cost, with any value


class CostedExecution(msgspec.Struct, frozen=True, eq=False):
    """An operation with its variables and its estimated cost."""

    cost: OperationCost
    kind: OperationKind
    variables: Variables
    estimated: int


class DemandControl:
    """Compares the cost of operations with the maximum."""

    def __init__(self, settings: DemandControlSettings, metrics: Metrics) -> None:
        self._max = settings.max_cost
        self._enforced = settings.mode == "enforce"
        self._counts_all = settings.actual or settings.mode == "measure"
        self._always = settings.extensions == "always"
        self._on_request = settings.extensions == "on_request"
        self._estimated = {kind: metrics.cost_estimated.labels(kind.value) for kind in OperationKind}
        self._actual = {kind: metrics.cost_actual.labels(kind.value) for kind in OperationKind}
        self._too_high = metrics.cost_too_high
        self._underestimated = metrics.cost_underestimated

    def admit(self, cost: OperationCost, kind: OperationKind, variables: Variables) -> int:
        """The estimated cost of an operation. Raises CostTooHigh, SlicingArgumentRequired where that is enforced."""
        estimated = cost.constant
        if estimated is None:
            estimated = cost.estimate(variables)
        self._estimated[kind].observe(estimated)
        if estimated > self._max:
            self._too_high.inc()
            if self._enforced:
                raise CostTooHigh(estimated, self._max)
        if cost.unsliced and self._enforced:
            raise SlicingArgumentRequired(cost.unsliced)
        return estimated

    def reports_to(self, context: RequestContext) -> bool:
        """Whether the response to this request has the cost in its extensions."""
        return self._always or (self._on_request and HEADER in context.headers)

    def watches(self, context: RequestContext) -> bool:
        """Whether the actual cost of the response to this request is counted."""
        return self._counts_all or self._always or (self._on_request and HEADER in context.headers)

    async def completed(self, execution: CostedExecution, response: Response, context: RequestContext) -> Response:
        """The response, with its cost where the request asks for it. Counts the actual cost.

        The response may be shared with other callers, and is not changed. Without data nothing is counted: it comes
        from the response cache.
        """
        if response.data is msgspec.UNSET:
            return response
        try:
            actual = execution.cost.actual(response.data, execution.variables, max_values=MAX_VALUES)
        except LargeResponseError:
            actual = await asyncio.to_thread(execution.cost.actual, response.data, execution.variables)
        self._actual[execution.kind].observe(actual)
        if actual > execution.estimated:
            self._underestimated.inc()
        if not self.reports_to(context):
            return response
        cost = {"estimated": execution.estimated, "actual": actual, "max": self._max}
        given = {} if response.extensions is msgspec.UNSET else response.extensions
        return msgspec.structs.replace(response, extensions={**given, "cost": cost}, encoded=None)
