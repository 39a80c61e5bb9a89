"""Prepares the operations of new documents and keeps them. What takes long is done beside the event loop.

A known document is found without a wait. A new one waits for its turn: see OffLoop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import GraphQLSchema

from hanse_router.caching.responses import Caching, ResponseCache
from hanse_router.errors import LimitExceeded, RouterError, UnplannableOperation, VariablesRefused
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.introspect import Introspections
from hanse_router.execute.limits import ExecutionLimits
from hanse_router.off_loop import OffLoop
from hanse_router.operation import Operation
from hanse_router.operation_kind import OperationKind
from hanse_router.planner import PlanError, Planner, TooComplexError
from hanse_router.prepare import Preparer, too_complex, too_deep
from hanse_router.prepare.authorize import NO_DENIAL, Authorization, Authorizer, Denial
from hanse_router.prepare.cost import Costs, OperationCost
from hanse_router.prepare.override_labels import NO_LABELS, LabelHook, OperationLabels, OverrideLabels
from hanse_router.prepare.rate_limits import OperationLimits, RateLimits
from hanse_router.prepare.signature import OperationSignature
from hanse_router.prepare.variables import CoerceVariables, prepare_variables
from hanse_router.request import RequestContext, caller_of
from hanse_router.settings import RouterSettings
from hanse_router.telemetry.metrics import Metrics
from hanse_router.uploads import Files, files_in
from hanse_schema.supergraph.model import Supergraph
from hanse_wire.lru_cache import LruCache

Document = tuple[str, str | None]  # its text, and the name of the operation to execute
PlanKey = Denial | tuple[Denial, frozenset[str]]
"""What the plan of an operation depends on: the denied fields, mostly none, and the active override labels, if any."""

_REFUSALS = 10_000  # remembered
_BYTES = 10_000  # of a prepared operation without fields; these three are measured, with the fast path
_BYTES_PER_FIELD = 5_000
_BYTES_PER_VARIANT_AND_FIELD = 4_000
_SHARES = 8  # of the cache; one operation takes at most one of them
_ROUTER = "the router itself"  # the owner of work that no caller waits for


@dataclass(slots=True)
class PreparedOperation:
    """An operation with its annotations: all that its document and the supergraph determine.

    `fingerprint` is equal for operations of one document that differ only in their names and aliases.
    """

    document: Document
    operation: Operation
    fingerprint: bytes
    signature: OperationSignature | None  # where usage is reported
    coerce: CoerceVariables
    files_in: Callable[[Mapping[str, Any]], Files]
    authorization: Authorization
    limits: OperationLimits
    cost: OperationCost
    caching: Caching | None  # None: its responses must not be cached
    labels: OperationLabels | None  # of progressive overrides; None: no label changes its plan
    compiled: LruCache[PlanKey, CompiledPlan]
    kind: OperationKind = field(init=False)
    name: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.kind, self.name = self.operation.kind, self.operation.name


class Preparation:
    """The prepared operations over one supergraph."""

    def __init__(
        self,
        settings: RouterSettings,
        supergraph: Supergraph,
        api_schema: GraphQLSchema,
        *,
        responses: ResponseCache | None,
        metrics: Metrics,
        off_loop: OffLoop,
        override_labels: LabelHook | None = None,
    ) -> None:
        self._settings = settings
        self._api_schema = api_schema
        self._responses = responses
        self._metrics = metrics
        self._off_loop = off_loop
        self._preparer = Preparer(supergraph, api_schema, settings)
        self._planner = Planner(supergraph, max_steps=settings.limits.max_plan_steps)
        self._authorizer = Authorizer(supergraph, api_schema, settings.authorization)
        self._rate_limits = RateLimits(supergraph, api_schema, settings.rate_limits)
        self._labels = OverrideLabels(self._planner.graph, settings.overrides, metrics, override_labels)
        self._costs = Costs(supergraph, api_schema, settings.demand_control)
        self._introspections = Introspections(api_schema)
        self._execution_limits = ExecutionLimits(settings.limits.max_errors, settings.limits.max_response_bytes)
        self._operations: LruCache[Document, PreparedOperation] = LruCache(
            settings.documents,
            weigh=_weight,
            max_weight=settings.document_bytes,
            max_entry_weight=settings.document_bytes // _SHARES,
        )
        self._grown: set[Document] = set()  # what is larger than when it was weighed; other threads add to it
        self._refusals: LruCache[tuple[bytes, PlanKey], RouterError] = LruCache(_REFUSALS)

    def known(self, document: Document) -> PreparedOperation | None:
        """The operation of a document that was prepared before."""
        if self._grown:
            self._weigh_grown()
        operation = self._operations.get(document)
        if operation is not None:
            self._metrics.document_hits.value += 1
        return operation

    async def operation(self, document: Document, context: RequestContext) -> PreparedOperation:
        """The operation of a new document. Raises RouterError."""
        self._metrics.document_misses.inc()
        work = partial(self._prepare, *document)
        keep = partial(self._operations.put, document)
        return await self._off_loop.run((self, document), caller_of(context), work, keep)

    async def denial(self, operation: PreparedOperation, context: RequestContext) -> Denial:
        """What is denied for a caller whose rights are new to a large operation."""
        authorization, principal = operation.authorization, context.principal
        key = (authorization, authorization.rights(principal))
        keep = partial(authorization.remember, principal)
        work = partial(authorization.find, principal)
        denial: Denial = await self._off_loop.run(key, caller_of(context), work, keep)
        authorization.check(denial, principal)
        return denial

    async def compiled(
        self, operation: PreparedOperation, denial: Denial, labels: frozenset[str], context: RequestContext
    ) -> CompiledPlan:
        """The plan of an operation without the denied fields, for the active override labels. Raises RouterError.

        A refusal is remembered: neither another name nor other aliases get the operation planned again.
        """
        key: PlanKey = (denial, labels) if labels else denial
        refused = (operation.fingerprint, key)
        refusal = self._refusals.get(refused)
        if refusal is not None:
            raise copy(refusal)
        work, keep = partial(self._compile, operation, denial, labels), partial(self._keep, operation, key)
        try:
            return await self._off_loop.run((operation.compiled, key), caller_of(context), work, keep)
        except (LimitExceeded, UnplannableOperation) as error:
            self._refusals.put(refused, copy(error))  # without the traceback, and what hangs on it
            raise

    async def make_ready(self, compiled: CompiledPlan, variables: Mapping[str, Any], context: RequestContext) -> None:
        """Make the part of a plan that depends on variables."""
        key = (compiled, compiled.choice(variables))
        await self._off_loop.run(key, caller_of(context), partial(compiled.variant, variables))

    async def explained(self, explain: Callable[[], VariablesRefused], context: RequestContext) -> VariablesRefused:
        """The errors of many variables."""
        return await self._off_loop.run(explain, caller_of(context), explain)

    def documents(self, limit: int) -> list[Document]:
        """The most recently used documents, the last one last."""
        return self._operations.keys()[-limit:] if limit else []

    def warm(self, documents: Iterable[Document]) -> None:
        """Prepare documents that clients will send. Those that are no longer valid are skipped."""
        for document in documents:
            try:
                operation = self._prepare(*document)
                operation.compiled.put(NO_DENIAL, self._compile(operation, NO_DENIAL))
            except RouterError:
                continue
            self._operations.put(document, operation)

    def _prepare(self, text: str, name: str | None) -> PreparedOperation:
        prepared = self._preparer.prepare(text, name)
        operation = prepared.operation
        definitions = tuple(operation.variables.values())
        return PreparedOperation(
            (text, name),
            operation,
            prepared.fingerprint,
            prepared.signature,
            coerce=prepare_variables(definitions, self._api_schema, suggestions=self._settings.suggestions),
            files_in=lambda variables: files_in(variables, definitions, self._api_schema),
            authorization=self._authorizer.annotate(operation),
            limits=self._rate_limits.annotate(operation),
            cost=self._costs.annotate(operation),
            caching=self._responses.caching(text, operation) if self._responses is not None else None,
            labels=self._labels.annotate(operation),
            compiled=LruCache(32),
        )

    def _compile(self, prepared: PreparedOperation, denial: Denial, labels: frozenset[str] = NO_LABELS) -> CompiledPlan:
        operation, denied = prepared.operation, denial.fields
        self._metrics.plans.inc()
        try:
            plan = self._planner.plan(operation, denied=denied, override_labels=labels)
        except TooComplexError:
            raise too_complex(self._settings.limits) from None
        except PlanError as error:
            raise UnplannableOperation(f"The operation cannot be planned: {error}") from error
        except RecursionError:
            raise too_deep() from None
        return CompiledPlan(
            plan,
            operation,
            self._api_schema,
            denied=denied,
            metrics=self._metrics.execution,
            limits=self._execution_limits,
            introspections=self._introspections,
            later=self._later,
            grown=partial(self._grown.add, prepared.document),
        )

    def _keep(self, prepared: PreparedOperation, key: PlanKey, compiled: CompiledPlan) -> None:
        prepared.compiled.put(key, compiled)
        self._grown.add(prepared.document)

    def _weigh_grown(self) -> None:
        while self._grown:
            self._operations.weigh_again(self._grown.pop())

    def _later(self, work: Callable[[], None]) -> bool:
        """Do work beside the event loop that nobody waits for. Returns whether there is room for it."""
        return self._off_loop.start(work, _ROUTER)


def _weight(document: Document, prepared: PreparedOperation) -> int:
    """The size of a cached operation in bytes, estimated. The first variant counts with the fields."""
    variants = sum(compiled.variants for compiled in prepared.compiled.values())
    per_field = _BYTES_PER_FIELD + _BYTES_PER_VARIANT_AND_FIELD * max(0, variants - 1)
    texts = len(document[0]) + (len(prepared.signature.text) if prepared.signature is not None else 0)
    return _BYTES + texts + per_field * prepared.operation.size
