"""One supergraph in service, and the way of an operation through it.

parse -> validate -> normalize -> authorize -> plan -> execute -> respond. Everything up to the compiled plan is done
once per document and kept by its text, so that a document seen before is not even parsed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

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
from hanse_router.caching.responses import NOT_KEPT, Caching, Header, ResponseCache
from hanse_router.errors import (
    LimitExceeded,
    RouterError,
    SyntaxFailed,
    UnknownOperation,
    UnplannableOperation,
    ValidationFailed,
)
from hanse_router.execute import compile_plan, run, subscribe
from hanse_router.execute.call import Call
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.entities import encode
from hanse_router.guards.authorize import NO_DENIAL, Authorizer, Denial, OperationGuard
from hanse_router.guards.headers import SubgraphHeaders
from hanse_router.guards.limits import check_limits
from hanse_router.guards.rate_limit import OperationLimits, RateLimiter, RateLimits
from hanse_router.guards.reserved_alias import ReservedAliasRule
from hanse_router.in_flight import InFlight
from hanse_router.planner import PlanError, Planner
from hanse_router.planner.plan import OperationKind
from hanse_router.request import GraphQLRequest, RequestContext
from hanse_router.settings import RouterSettings
from hanse_router.store.base import Cache
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports.base import Transport
from hanse_router.transports.sharing import seen_of
from hanse_router.uploads import Files, UploadRequest, files_in, refuse_files
from hanse_router.variables import CoerceVariables, prepare_variables
from hanse_schema.supergraph import api_schema
from hanse_schema.supergraph.model import Supergraph

if TYPE_CHECKING:
    from hanse_router.telemetry.spans import Spans

Document = tuple[str, str | None]  # its text, and which of its operations
Admitted = tuple[CompiledPlan, Mapping[str, Any], Denial]  # what is to run, the coerced variables, what is denied


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


class Execute(Protocol):
    """How an operation is run: what is to run is told where it is known already."""

    def __call__(
        self,
        operation: Operation,
        request: GraphQLRequest,
        context: RequestContext,
        admitted: Admitted | None = None,
    ) -> Coroutine[Any, Any, bytes]:
        """The whole response of a query or mutation as JSON. Raises RouterError where nothing can run."""
        ...


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
        spans: Spans | None = None,
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
        most = settings.limits.max_concurrent_operations
        self._turn = asyncio.Semaphore(most) if most else nullcontext()
        self._responses = (
            ResponseCache(
                settings.response_cache,
                supergraph,
                self.api_schema,
                version=version,
                token_header=settings.jwt.header.lower(),
                passed_on=headers.passed_on,
                cache=cache,
                metrics=metrics,
            )
            if settings.response_cache.enabled
            else None
        )
        self._spans = spans
        self.execute: Execute = self._execute if spans is None else self._execute_traced
        self._in_flight: InFlight[bytes] | None = InFlight() if settings.share_operations else None

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

    async def _execute(
        self,
        operation: Operation,
        request: GraphQLRequest,
        context: RequestContext,
        admitted: Admitted | None = None,
    ) -> bytes:
        compiled, variables, denial = admitted or await self._admit(operation, request, context)
        files = operation.files_in(variables) if isinstance(request, UploadRequest) else None
        call = Call(transports=self.transports, headers=self._headers.bound(context), files=files)
        if self._in_flight is not None and operation.kind is OperationKind.QUERY and not files:
            key = _same_answer(compiled, variables, call)
            response = await self._in_flight.join(key, lambda: self._run(compiled, variables, call))
        else:
            response = await self._run(compiled, variables, call)
        return denial.report(response) if denial else response

    async def execute_cached(
        self, caching: Caching, operation: Operation, request: GraphQLRequest, context: RequestContext
    ) -> tuple[bytes, tuple[Header, ...]]:
        """The same of an operation whose responses may be kept: kept or new, with the headers that tell how long it is.

        Who may ask is looked at first, and what is limited is counted, as if nothing were kept.
        """
        assert self._responses is not None
        admitted = await self._admit(operation, request, context)
        _, variables, denial = admitted
        key = self._responses.key(caching, variables, context) if not denial else None
        if key is None:
            return await self.execute(operation, request, context, admitted), NOT_KEPT
        kept = await self._responses.find(key, caching)
        if kept is not None:
            return kept.body, (*caching.headers, (b"age", b"%d" % kept.age))
        response = await self.execute(operation, request, context, admitted)
        if not await self._responses.keep(key, caching, response):
            return response, NOT_KEPT
        return response, (*caching.headers, (b"age", b"0"))

    async def _execute_traced(
        self,
        operation: Operation,
        request: GraphQLRequest,
        context: RequestContext,
        admitted: Admitted | None = None,
    ) -> bytes:
        assert self._spans is not None
        with self._spans.operation(operation.kind, operation.name, context.headers) as span:
            response = await self._execute(operation, request, context, admitted)
            span.answered(response)
        return response

    async def _run(self, compiled: CompiledPlan, variables: Mapping[str, Any], call: Call) -> bytes:
        async with self._turn:
            return await run(compiled, variables, call)

    async def subscribe(
        self, operation: Operation, request: GraphQLRequest, context: RequestContext
    ) -> AsyncIterator[bytes]:
        """The responses of a subscription, one per event. Raises RouterError where nothing can run."""
        refuse_files(request)
        compiled, variables, denial = await self._admit(operation, request, context)
        call = Call(transports=self.transports, headers=self._headers.bound(context))
        events = subscribe(compiled, variables, call)
        return denial.report_each(events) if denial else events

    async def _admit(self, operation: Operation, request: GraphQLRequest, context: RequestContext) -> Admitted:
        variables = operation.coerce(request.variables)
        denial = operation.guard.denied(context.principal)
        if self._settings.rate_limits.enabled:
            await self._limiter.take(operation.limits, variables, context)
        compiled = operation.compiled.get(denial)
        if compiled is None:
            compiled = self._compile(operation, denial)
            operation.compiled.put(denial, compiled)
        return compiled, variables, denial

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


def _same_answer(compiled: CompiledPlan, variables: Mapping[str, Any], call: Call) -> Hashable:
    """What is the same of two queries that have the same answer at the same time: all that subgraphs are told."""
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
