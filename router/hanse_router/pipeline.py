"""Executes operations over one supergraph: prepare -> admit -> execute -> respond.

Preparing is done once per document, and cached by its text: a known document is not even parsed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Hashable, Mapping
from contextlib import aclosing
from typing import Any

import msgspec
from graphql import GraphQLSchema

from hanse_router.caching.responses import CacheEntry, ResponseCache
from hanse_router.deduplication import Deduplicator
from hanse_router.errors import RouterError
from hanse_router.execute import NOT_REUSABLE, Response, run, subscribe
from hanse_router.execute.call import Call
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.entities import encode
from hanse_router.execute.mask import ErrorMask
from hanse_router.guards.demand_control import CostedExecution, DemandControl
from hanse_router.guards.headers import SubgraphHeaders
from hanse_router.guards.rate_limiter import RateLimiter
from hanse_router.lifetime import SupergraphLifetime
from hanse_router.off_loop import OffLoop
from hanse_router.operation_kind import OperationKind
from hanse_router.preparation import PlanKey, Preparation, PreparedOperation
from hanse_router.prepare.authorize import NO_DENIAL, Denial
from hanse_router.prepare.override_labels import NO_LABELS, LabelHook
from hanse_router.prepare.variables import ManyWrongVariables, check_size
from hanse_router.query_plan import QueryPlan
from hanse_router.registry.usage_counter import UsageCounter
from hanse_router.request import GraphQLRequest, RequestContext
from hanse_router.settings import RouterSettings
from hanse_router.store.protocol import Cache
from hanse_router.telemetry.metrics import Metrics
from hanse_router.telemetry.operation_tracing import OperationTracing
from hanse_router.transports.middleware.deduplicate import relevant_headers
from hanse_router.transports.protocol import Transport
from hanse_router.uploads import UploadRequest, refuse_files
from hanse_schema.supergraph import api_schema
from hanse_schema.supergraph.model import Supergraph


class Admitted(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An operation that a caller may execute now, with everything that its execution needs."""

    operation: PreparedOperation
    compiled: CompiledPlan
    variables: Mapping[str, Any]
    denial: Denial
    context: RequestContext
    call: Call
    estimated: int  # cost

    def costed(self) -> CostedExecution:
        """What its response is compared with."""
        return CostedExecution(self.operation.cost, self.operation.kind, self.variables, self.estimated)


class Pipeline:
    """Answers operations over one supergraph. A new supergraph gets a new pipeline."""

    def __init__(
        self,
        settings: RouterSettings,
        supergraph: Supergraph,
        *,
        transports: Mapping[str, Transport],
        headers: SubgraphHeaders,
        limiter: RateLimiter,
        metrics: Metrics,
        cache: Cache,
        version: str,
        tracing: OperationTracing | None,
        off_loop: OffLoop,
        override_labels: LabelHook | None = None,
        usage: UsageCounter | None = None,
    ) -> None:
        """`version` identifies the supergraph in the response cache. `usage` counts what clients send."""
        self.lifetime = SupergraphLifetime()
        self.api_schema: GraphQLSchema = api_schema(supergraph)
        self._settings = settings
        self.transports = transports
        self._headers = headers
        self._mask = ErrorMask(settings.errors)
        self._limiter = limiter if settings.rate_limits.enabled else None
        self._metrics = metrics
        demand_control = settings.demand_control
        self._demand = DemandControl(demand_control, metrics) if demand_control.mode != "off" else None
        limit = settings.limits.max_concurrent_operations
        self._concurrency = asyncio.Semaphore(limit) if limit else None
        self._responses = (
            ResponseCache(
                settings.response_cache,
                supergraph,
                self.api_schema,
                version=version,
                token_header=settings.jwt.header.lower(),
                propagated=[*headers.passed_on, *settings.branches.chosen_by],
                cache=cache,
                metrics=metrics,
            )
            if settings.response_cache.enabled
            else None
        )
        self.preparation = Preparation(
            settings,
            supergraph,
            self.api_schema,
            responses=self._responses,
            metrics=metrics,
            off_loop=off_loop,
            override_labels=override_labels,
        )
        self._tracing = tracing
        self._usage = usage
        self._deduplicator: Deduplicator[Response] | None = Deduplicator() if settings.share_operations else None

    def known(self, request: GraphQLRequest) -> PreparedOperation | None:
        """The operation of a request with a document, if it was prepared before."""
        assert request.query is not None
        return self.preparation.known((request.query, request.operation_name))

    async def prepared(self, request: GraphQLRequest, context: RequestContext) -> PreparedOperation:
        """The operation of a request with a new document. Raises RouterError."""
        assert request.query is not None
        return await self.preparation.operation((request.query, request.operation_name), context)

    async def execute(self, operation: PreparedOperation, request: GraphQLRequest, context: RequestContext) -> Response:
        """The response of a query or mutation. Raises RouterError where it is not executed."""
        try:
            if self._tracing is None:
                response = await self._respond(await self._admit(operation, request, context))
            else:
                with self._tracing.operation(operation.kind, operation.name, context.headers) as span:
                    response = await self._respond(await self._admit(operation, request, context))
                    span.completed(response.errors)
        except RouterError:
            self._count(operation, context, failed=True)
            raise
        signature = operation.signature
        if signature is not None and self._usage is not None:
            self._usage.count(signature, context.headers, failed=bool(response.errors))
        return response

    async def subscribe(
        self, operation: PreparedOperation, request: GraphQLRequest, context: RequestContext
    ) -> AsyncGenerator[Response, None]:
        """The responses of a subscription, one per event. Raises RouterError where it is not executed."""
        try:
            refuse_files(request)
            admitted = await self._admit(operation, request, context)
        except RouterError:
            self._count(operation, context, failed=True)
            raise
        self._count(operation, context, failed=False)
        return self._events(admitted)

    def _count(self, operation: PreparedOperation, context: RequestContext, *, failed: bool) -> None:
        """Count the use of an operation, where usage is reported."""
        if self._usage is not None and operation.signature is not None:
            self._usage.count(operation.signature, context.headers, failed=failed)

    async def plan(self, operation: PreparedOperation, context: RequestContext) -> QueryPlan:
        """The plan of an operation for its caller, without executing it. Raises RouterError."""
        denial = operation.authorization.denial(context.principal)
        if denial is None:
            denial = await self.preparation.denial(operation, context)
        labels = NO_LABELS if operation.labels is None else operation.labels.active(context)
        return (await self.preparation.compiled(operation, denial, labels, context)).plan

    async def _admit(self, operation: PreparedOperation, request: GraphQLRequest, context: RequestContext) -> Admitted:
        """Check variables, authorization, rate limits and cost of one request. Raises RouterError."""
        variables = await self._variables(operation, request, context) if request.variables else operation.coerce(None)
        denial = operation.authorization.denial(context.principal)
        if denial is None:
            denial = await self.preparation.denial(operation, context)
        if operation.limits and self._limiter is not None:
            await self._limiter.take(operation.limits, variables, context)
        estimated = self._demand.admit(operation.cost, operation.kind, variables) if self._demand is not None else 0
        labels = NO_LABELS if operation.labels is None else operation.labels.active(context)
        key: PlanKey = (denial, labels) if labels else denial
        compiled = operation.compiled.get(key)
        if compiled is None:
            compiled = await self.preparation.compiled(operation, denial, labels, context)
        if not compiled.is_always_ready and not compiled.is_ready(variables):
            await self.preparation.make_ready(compiled, variables, context)
        files = operation.files_in(variables) if isinstance(request, UploadRequest) else None
        call = Call(self.transports, self._headers.bound(context), files, context.request_id)
        return Admitted(operation, compiled, variables, denial, context, call, estimated)

    async def _variables(
        self, operation: PreparedOperation, request: GraphQLRequest, context: RequestContext
    ) -> Mapping[str, Any]:
        """The variables of a request, coerced. Raises RouterError."""
        assert request.variables is not None
        check_size(request.variables, self._settings.limits.max_variable_values)
        try:
            return operation.coerce(request.variables)
        except ManyWrongVariables as wrong:
            explain = wrong.explain
        raise await self.preparation.explained(explain, context)

    def _respond(self, admitted: Admitted) -> Awaitable[Response]:
        """The response, with its actual cost where that is counted."""
        if self._demand is not None and self._demand.watches(admitted.context):
            return self._costed(self._demand, admitted)
        if self._responses is None and self._deduplicator is None:
            return self._run(admitted)
        return self._reused(admitted)

    async def _costed(self, demand: DemandControl, admitted: Admitted) -> Response:
        """The response with its cost. Where that is reported, it does not come from the response cache."""
        reported = demand.reports_to(admitted.context)
        response = await (self._deduplicated(admitted) if reported else self._reused(admitted))
        return await demand.completed(admitted.costed(), response, admitted.context)

    def _reused(self, admitted: Admitted) -> Awaitable[Response]:
        """The response from the response cache where the operation allows it; else of an execution."""
        caching = admitted.operation.caching
        if caching is None or self._responses is None or admitted.call.files is not None:
            return self._deduplicated(admitted)
        entry = self._responses.entry(caching, admitted.variables, admitted.context) if not admitted.denial else None
        return self._cached(admitted, entry)

    async def _cached(self, admitted: Admitted, entry: CacheEntry | None) -> Response:
        """The cached response, or that of an execution, which is cached. Without an entry it must not be."""
        if entry is not None and (cached := await entry.load()) is not None:
            return cached
        response = await self._deduplicated(admitted)
        if entry is None:
            response.freshness = NOT_REUSABLE
        else:
            await entry.store(response)
        return response

    def _deduplicated(self, admitted: Admitted) -> Awaitable[Response]:
        """The response of an execution; identical queries in flight share one where the settings say so."""
        if self._deduplicator is None or admitted.operation.kind is not OperationKind.QUERY or admitted.call.files:
            return self._run(admitted)
        return self._deduplicator.join(_deduplication_key(admitted), lambda: self._run(admitted))

    async def _run(self, admitted: Admitted) -> Response:
        """The response of an execution, with the errors of denied fields first."""
        if self._concurrency is None:
            response = await run(admitted.compiled, admitted.variables, admitted.call)
        else:
            async with self._concurrency:
                response = await run(admitted.compiled, admitted.variables, admitted.call)
        if response.errors or admitted.denial is not NO_DENIAL:
            self._finish_errors(response, admitted)
        return response

    def _finish_errors(self, response: Response, admitted: Admitted) -> None:
        """Mask the errors of subgraphs, and put those of denied fields first."""
        if response.errors:
            response.errors = self._mask.apply(response.errors)
        if admitted.denial:
            response.errors = [*admitted.denial.errors(), *response.errors]

    async def _events(self, admitted: Admitted) -> AsyncGenerator[Response, None]:
        """The response of each event, with the errors of denied fields first."""
        async with aclosing(subscribe(admitted.compiled, admitted.variables, admitted.call)) as events:
            async for response in events:
                self._finish_errors(response, admitted)
                if self._demand is not None and self._demand.watches(admitted.context):
                    response = await self._demand.completed(admitted.costed(), response, admitted.context)
                yield response


def _deduplication_key(admitted: Admitted) -> Hashable:
    """Equal for two queries that must have the same response: subgraphs receive the same requests and headers."""
    compiled, variables, call = admitted.compiled, admitted.variables, admitted.call
    subgraphs = {fetch.subgraph for fetch in compiled.variant(variables).fetches}
    return compiled, encode(variables), frozenset((name, relevant_headers(call.headers(name))) for name in subgraphs)
