"""One supergraph in service, and the way of an operation through it.

parse -> validate -> normalize -> authorize -> plan -> execute -> respond. Everything up to the compiled plan is done
once per document and kept by its text, so that a document seen before is not even parsed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterable, Mapping
from contextlib import aclosing, nullcontext
from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from hanse_router.cache import LruCache
from hanse_router.caching.responses import CacheEntry, Caching, ResponseCache
from hanse_router.errors import (
    LimitExceeded,
    RouterError,
    SyntaxFailed,
    UnknownOperation,
    UnplannableOperation,
    ValidationFailed,
)
from hanse_router.execute import NOT_REUSABLE, Response, compile_plan, run, subscribe
from hanse_router.execute.call import Call
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.entities import encode
from hanse_router.guards.authorize import NO_DENIAL, Authorizer, Denial, OperationGuard
from hanse_router.guards.headers import SubgraphHeaders
from hanse_router.guards.limits import check_limits
from hanse_router.guards.rate_limit import OperationLimits, RateLimiter, RateLimits
from hanse_router.guards.reserved_alias import ReservedAliasRule
from hanse_router.in_flight import InFlight
from hanse_router.operation_kind import OperationKind
from hanse_router.planner import PlanError, Planner
from hanse_router.request import GraphQLRequest, RequestContext
from hanse_router.settings import RouterSettings
from hanse_router.store.base import Cache
from hanse_router.telemetry.metrics import Metrics
from hanse_router.telemetry.operation_tracing import OperationTracing
from hanse_router.transports.protocol import Transport
from hanse_router.transports.sharing import seen_of
from hanse_router.uploads import Files, UploadRequest, files_in, refuse_files
from hanse_router.variables import CoerceVariables, prepare_variables
from hanse_schema.supergraph import api_schema
from hanse_schema.supergraph.model import Supergraph

Document = tuple[str, str | None]  # its text, and which of its operations


@dataclass(slots=True)
class Operation:
    """An operation made ready: all that its document and the supergraph tell, but nothing of a request."""

    kind: OperationKind
    name: str | None
    document: DocumentNode
    coerce: CoerceVariables
    files_in: Callable[[Mapping[str, Any]], Files]
    guard: OperationGuard
    limits: OperationLimits
    caching: Caching | None  # where its responses may be kept
    compiled: LruCache[Denial, CompiledPlan]  # one per set of denied fields; mostly the empty one


class Admitted(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An operation that a caller may execute now, with everything that its execution needs."""

    operation: Operation
    compiled: CompiledPlan
    variables: Mapping[str, Any]
    denial: Denial
    context: RequestContext
    call: Call


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
        tracing: OperationTracing,
    ) -> None:
        """`version` tells this supergraph from others in the cache, where responses are kept."""
        self.api_schema: GraphQLSchema = api_schema(supergraph)
        self._settings = settings
        self._planner = Planner(supergraph)
        self.transports = transports
        self._headers = headers
        self._limiter = limiter
        self._metrics = metrics
        self._authorizer = Authorizer(supergraph, self.api_schema, settings.authorization)
        self._rate_limits = RateLimits(supergraph, self.api_schema, settings.rate_limits)
        self._operations: LruCache[Document, Operation] = LruCache(
            settings.documents, weigh=lambda key, _: len(key[0]), heaviest=settings.document_characters
        )
        rules = (*specified_rules, ReservedAliasRule)
        self._rules = rules if settings.introspection else (*rules, NoSchemaIntrospectionCustomRule)
        limit = settings.limits.max_concurrent_operations
        self._concurrency = asyncio.Semaphore(limit) if limit else nullcontext()
        self._responses = (
            ResponseCache(
                settings.response_cache,
                supergraph,
                self.api_schema,
                version=version,
                token_header=settings.jwt.header.lower(),
                propagated=headers.passed_on,
                cache=cache,
                metrics=metrics,
            )
            if settings.response_cache.enabled
            else None
        )
        self._tracing = tracing
        self._in_flight: InFlight[Response] | None = InFlight() if settings.share_operations else None

    def operation(self, request: GraphQLRequest) -> Operation:
        """The operation of a request whose text is known, from the cache or made. Raises RouterError."""
        assert request.query is not None
        key = (request.query, request.operation_name)
        operation = self._operations.get(key)
        if operation is None:
            self._metrics.document_misses.inc()
            operation = self._prepare(*key)
            self._operations.put(key, operation)
        else:
            self._metrics.document_hits.inc()
        return operation

    def documents(self, most: int) -> list[Document]:
        """Those used last, the last one last."""
        return self._operations.keys()[-most:] if most else []

    def warm(self, documents: Iterable[Document]) -> None:
        """Make documents ready that will surely be asked for; those that do not fit any more are passed over."""
        for key in documents:
            try:
                operation = self._prepare(*key)
                operation.compiled.put(NO_DENIAL, self._compile(operation, NO_DENIAL))
            except RouterError:
                continue
            self._operations.put(key, operation)

    async def execute(self, operation: Operation, request: GraphQLRequest, context: RequestContext) -> Response:
        """The response of a query or mutation. Raises RouterError where it is not executed."""
        with self._tracing.operation(operation.kind, operation.name, context.headers) as span:
            admitted = await self._admit(operation, request, context)
            response = await self._respond(admitted)
            span.completed(response.errors)
        return response

    async def subscribe(
        self, operation: Operation, request: GraphQLRequest, context: RequestContext
    ) -> AsyncGenerator[Response, None]:
        """The responses of a subscription, one per event. Raises RouterError where it is not executed."""
        refuse_files(request)
        admitted = await self._admit(operation, request, context)
        return self._events(admitted)

    async def _admit(self, operation: Operation, request: GraphQLRequest, context: RequestContext) -> Admitted:
        """Check variables, authorization and rate limits of one request. Raises RouterError."""
        variables = operation.coerce(request.variables)
        denial = operation.guard.denied(context.principal)
        if self._settings.rate_limits.enabled:
            await self._limiter.take(operation.limits, variables, context)
        compiled = operation.compiled.get(denial)
        if compiled is None:
            compiled = self._compile(operation, denial)
            operation.compiled.put(denial, compiled)
        files = operation.files_in(variables) if isinstance(request, UploadRequest) else None
        call = Call(transports=self.transports, headers=self._headers.bound(context), files=files)
        return Admitted(operation, compiled, variables, denial, context, call)

    def _respond(self, admitted: Admitted) -> Awaitable[Response]:
        """The response from the response cache where the operation allows it; else of an execution."""
        caching = admitted.operation.caching
        if caching is None or self._responses is None or admitted.call.files is not None:
            return self._deduplicated(admitted)
        entry = self._responses.entry(caching, admitted.variables, admitted.context) if not admitted.denial else None
        return self._cached(admitted, entry)

    async def _cached(self, admitted: Admitted, entry: CacheEntry | None) -> Response:
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
        if self._in_flight is None or admitted.operation.kind is not OperationKind.QUERY or admitted.call.files:
            return self._run(admitted)
        return self._in_flight.join(_deduplication_key(admitted), lambda: self._run(admitted))

    async def _run(self, admitted: Admitted) -> Response:
        """The response of an execution, with the errors of denied fields first."""
        async with self._concurrency:
            response = await run(admitted.compiled, admitted.variables, admitted.call)
        if admitted.denial:
            response.errors = [*admitted.denial.errors(), *response.errors]
        return response

    async def _events(self, admitted: Admitted) -> AsyncGenerator[Response, None]:
        async with aclosing(subscribe(admitted.compiled, admitted.variables, admitted.call)) as events:
            async for response in events:
                if admitted.denial:
                    response.errors = [*admitted.denial.errors(), *response.errors]
                yield response

    def _prepare(self, text: str, name: str | None) -> Operation:
        try:
            document = self._parse(text)
            check_limits(document, self._settings.limits)
            self._validate(document)
            return self._operation(text, document, _choose(document, name))
        except RecursionError:
            raise _too_deep() from None

    def _operation(self, text: str, document: DocumentNode, definition: OperationDefinitionNode) -> Operation:
        given = definition.variable_definitions or ()
        return Operation(
            kind=OperationKind(definition.operation.value),
            name=definition.name.value if definition.name else None,
            document=document,
            coerce=prepare_variables(given, self.api_schema, suggestions=self._settings.suggestions),
            files_in=lambda variables: files_in(variables, given, self.api_schema),
            guard=self._authorizer.guard(document, definition),
            limits=self._rate_limits.of_operation(document, definition),
            caching=self._responses.caching(text, document, definition) if self._responses is not None else None,
            compiled=LruCache(32),
        )

    def _parse(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_tokens=self._settings.limits.max_tokens)
        except GraphQLSyntaxError as error:
            if "more than" in error.message and "tokens" in error.message:
                most = self._settings.limits.max_tokens
                said = f"The document has more than {most} tokens, the most that are allowed (limits.max_tokens)."
                raise LimitExceeded(said, code="MAX_TOKENS_LIMIT") from error
            raise SyntaxFailed([error]) from error

    def _validate(self, document: DocumentNode) -> None:
        settings = self._settings
        errors = validate(
            self.api_schema,
            document,
            self._rules,
            max_errors=settings.limits.max_validation_errors,
            hide_suggestions=not settings.suggestions,
        )
        if errors:
            raise ValidationFailed(errors)

    def _compile(self, operation: Operation, denial: Denial) -> CompiledPlan:
        try:
            plan = self._planner.plan(operation.guard.permitted(denial), operation.name)
        except PlanError as error:
            raise UnplannableOperation(f"The operation cannot be planned: {error}") from error
        except RecursionError:
            raise _too_deep() from None
        return compile_plan(
            plan, operation.guard.shown(denial), operation.name, self.api_schema, self._metrics.execution
        )


def _deduplication_key(admitted: Admitted) -> Hashable:
    """Equal for two queries that must have the same response: subgraphs receive the same requests and headers."""
    compiled, variables, call = admitted.compiled, admitted.variables, admitted.call
    subgraphs = {fetch.subgraph for fetch in compiled.variant(variables).fetches}
    return compiled, encode(variables), frozenset((name, seen_of(call.headers(name))) for name in subgraphs)


def _too_deep() -> LimitExceeded:
    """Fragments can nest deeper than the limit on fields tells, since fragments count nothing themselves."""
    return LimitExceeded("The document is nested too deeply.", code="MAX_DEPTH_LIMIT")


def _choose(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    names = ", ".join(node.name.value for node in operations if node.name)
    if not operations:
        raise UnknownOperation("The document has no operation: add a query, a mutation or a subscription.")
    if name is None:
        if len(operations) > 1:
            raise UnknownOperation(f"The document has several operations: say which in operationName ({names}).")
        return operations[0]
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    raise UnknownOperation(
        f"The document has no operation named {name!r}; "
        + (f"it has {names}." if names else "its operation has no name.")
    )
