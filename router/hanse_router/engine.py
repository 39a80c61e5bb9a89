"""The common part of HTTP and WebSocket endpoints: caller, document, and the current pipeline."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hanse_router.branches import Branches, Follow
from hanse_router.errors import RouterError, Unavailable
from hanse_router.execute import Response
from hanse_router.guards.headers import SubgraphHeaders
from hanse_router.guards.persisted import PersistedDocuments
from hanse_router.guards.rate_limiter import RateLimiter
from hanse_router.identity.client_tokens import TokenVerifier
from hanse_router.identity.revocations import Revocations
from hanse_router.identity.subgraph_tokens import SubgraphTokens
from hanse_router.identity.token_ends import TokenEnds
from hanse_router.lifetime import Ending, SupergraphLifetime, until_over
from hanse_router.off_loop import OffLoop
from hanse_router.operation_kind import OperationKind
from hanse_router.pipeline import Pipeline
from hanse_router.preparation import Document, PreparedOperation
from hanse_router.prepare.override_labels import LabelHook
from hanse_router.registry.metrics import BranchMetrics
from hanse_router.registry.usage_counter import UsageCounter
from hanse_router.request import GraphQLRequest, RequestContext
from hanse_router.settings import RouterSettings
from hanse_router.store.protocol import Cache
from hanse_router.subgraph_transports import SubgraphTransports
from hanse_router.telemetry.metrics import Metrics
from hanse_router.uploads import UploadRequest
from hanse_schema.supergraph import parse_supergraph

if TYPE_CHECKING:
    from hanse_router.telemetry.spans import Spans
from hanse_wire.request_id import request_id

log = logging.getLogger("hanse_router.engine")


class Engine:
    """The router behind its endpoints."""

    def __init__(
        self,
        settings: RouterSettings,
        *,
        verifier: TokenVerifier,
        revocations: Revocations,
        token_ends: TokenEnds,
        tokens: SubgraphTokens | None,
        persisted: PersistedDocuments,
        limiter: RateLimiter,
        transports: SubgraphTransports,
        metrics: Metrics,
        cache: Cache,
        spans: Spans | None = None,
        override_labels: LabelHook | None = None,
        usage: UsageCounter | None = None,
    ) -> None:
        self.settings = settings
        self.metrics = metrics
        self._spans = spans
        self._override_labels = override_labels
        self._usage = usage
        self.stopping = False
        self.verifier = verifier
        self.revocations = revocations
        self.token_ends = token_ends
        self.subgraph_tokens = tokens
        self._persisted = persisted
        self._limiter = limiter
        self._cache = cache
        self._transports = transports
        self._off_loop = OffLoop(settings.limits.max_waiting_documents)
        metrics.preparations_waiting.set_function(lambda: self._off_loop.waiting)
        self._pipeline: Pipeline | None = None
        self._mutations: set[asyncio.Task[Response]] = set()
        self._making = asyncio.Lock()  # one pipeline at a time: its transports must not be retired before it serves
        self.lifetime = SupergraphLifetime()
        self.branches: Branches | None = None

    @property
    def ready(self) -> bool:
        """Whether operations can be answered."""
        return self._pipeline is not None and not self.stopping

    def serve(self, supergraph_sdl: str) -> None:
        """Serve this supergraph from now on. Operations over the previous one complete; its subscriptions end.

        Raises InvalidSupergraphError, SettingsError; then the previous one stays in service.
        """
        self._adopt(self._pipeline_of(supergraph_sdl, (), self._usage))
        self._retire()

    async def reload(self, supergraph_sdl: str) -> None:
        """The same while requests are answered: made in another thread, with the documents used last made ready."""
        await self._put_in_service(supergraph_sdl, self._known_documents(), self._adopt, self._usage)

    def serve_branches(self, follow: Follow) -> None:
        """Serve feature branches to requests that ask for them. `follow` follows the supergraph of one."""
        settings = self.settings
        self.branches = Branches(
            settings.branches,
            follow=follow,
            put_in_service=self._put_in_service,
            retire=self._retire,
            reload_documents=settings.reload_documents,
            interval_seconds=settings.supergraph.interval_seconds,
            metrics=BranchMetrics(self.metrics.registry),
        )

    async def _put_in_service(
        self,
        supergraph_sdl: str,
        documents: Sequence[Document],
        adopt: Callable[[Pipeline], None],
        usage: UsageCounter | None = None,
    ) -> None:
        """Make a pipeline in another thread, with these documents made ready, and adopt it."""
        async with self._making:
            adopt(await asyncio.to_thread(self._pipeline_of, supergraph_sdl, documents, usage))
            self._retire()

    def _known_documents(self) -> Sequence[Document]:
        """Documents that clients will send: trusted ones, then those used last, at most `reload_documents`."""
        limit = self.settings.reload_documents
        used = self._pipeline.preparation.documents(limit) if self._pipeline is not None else []
        known = set(used)
        trusted = [(text, None) for text in self._persisted.trusted_texts if (text, None) not in known]
        return [*trusted[: limit - len(used)], *used]

    def _pipeline_of(self, supergraph_sdl: str, documents: Sequence[Document], usage: UsageCounter | None) -> Pipeline:
        supergraph = parse_supergraph(supergraph_sdl)
        infos = supergraph.subgraphs.values()
        names = [info.name for info in infos]
        pipeline = Pipeline(
            self.settings,
            supergraph,
            transports=self._transports.for_subgraphs({info.name: info.url for info in infos}),
            headers=SubgraphHeaders(
                self.settings.headers, self.subgraph_tokens, names, trace_context=self.settings.telemetry.trace_context
            ),
            limiter=self._limiter,
            metrics=self.metrics,
            cache=self._cache,
            version=hashlib.sha256(supergraph_sdl.encode()).hexdigest(),
            tracing=self._spans,
            override_labels=self._override_labels,
            off_loop=self._off_loop,
            usage=usage,
        )
        pipeline.preparation.warm(documents)
        return pipeline

    def _adopt(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        before, self.lifetime = self.lifetime, pipeline.lifetime
        before.end(Ending.RELOAD)

    def _retire(self) -> None:
        """Close the transports that no pipeline uses now."""
        main = [self._pipeline] if self._pipeline is not None else []
        branches = self.branches.pipelines() if self.branches is not None else ()
        self._transports.retire_all_but([pipeline.transports for pipeline in (*main, *branches)])

    def drain(self) -> None:
        """Stop being ready, and end what would not end by itself. Requests in flight are still answered."""
        self.stopping = True
        self.lifetime.end(Ending.SHUTDOWN)
        for pipeline in self.branches.pipelines() if self.branches is not None else ():
            pipeline.lifetime.end(Ending.SHUTDOWN)

    async def stop(self) -> None:
        """Close every connection."""
        self.drain()
        await asyncio.gather(*self._mutations, return_exceptions=True)
        self._off_loop.close()
        await self._transports.close()
        if self._spans is not None:
            await self._spans.close()

    async def context(self, headers: Mapping[str, str], client_ip: str | None) -> RequestContext:
        """Who calls; the request is counted. Raises Unauthenticated, Unavailable, RateLimited."""
        verifier = self.verifier
        token = verifier.token(headers)
        principal = verifier.known(token)
        if principal is None:
            assert token is not None
            principal = await verifier.verify(token)
        if token is not None:
            self.revocations.check(principal)
        context = RequestContext(principal, client_ip, headers, request_id.get().encode("ascii"))
        limiter = self._limiter
        if limits := limiter.of_anonymous if principal.subject is None else limiter.of_signed_in:
            await limiter.take_request(limits, context)
        return context

    def pipeline(self, request: GraphQLRequest) -> Pipeline:
        """The pipeline to run a request in, which gets its document if it came by id. Raises RouterError."""
        self._persisted.fill(request)
        if self._pipeline is None:
            raise Unavailable("The router is not ready yet; try again.")
        return self._pipeline

    async def chosen_pipeline(self, request: GraphQLRequest, context: RequestContext) -> Pipeline:
        """The same where requests can ask for a feature branch. Raises RouterError."""
        name = self.branches.asked_for(context.headers) if self.branches is not None else None
        if name is None or self.branches is None:
            return self.pipeline(request)
        self._persisted.fill(request)
        return await self.branches.pipeline(name)

    def execute(
        self, pipeline: Pipeline, operation: PreparedOperation, request: GraphQLRequest, context: RequestContext
    ) -> Awaitable[Response]:
        """The response of a query or mutation. Raises RouterError where it is not executed.

        A mutation is not cancelled when its client disconnects, unless it needs files that are deleted then.
        """
        execution = pipeline.execute(operation, request, context)
        if operation.kind is OperationKind.MUTATION and not isinstance(request, UploadRequest):
            return self._shielded(execution)
        return execution

    async def subscribe(
        self, pipeline: Pipeline, operation: PreparedOperation, request: GraphQLRequest, context: RequestContext
    ) -> AsyncGenerator[Response, None]:
        """The responses of a subscription, one per event, until the caller's token ends; counted while it is open."""
        events = await pipeline.subscribe(operation, request, context)
        if pipeline.lifetime is not self.lifetime:  # a branch: connections end with the variant's supergraph
            events = until_over(events, pipeline.lifetime)
        return self._counted(self.token_ends.limit(events, context.principal))

    async def _shielded(self, execution: Coroutine[Any, Any, Response]) -> Response:
        """The response of an execution that continues when the caller is cancelled."""
        task = asyncio.ensure_future(execution)
        self._mutations.add(task)
        task.add_done_callback(self._mutations.discard)
        return await asyncio.shield(task)

    async def _counted(self, events: AsyncGenerator[Response, None]) -> AsyncGenerator[Response, None]:
        with self.metrics.subscriptions.track_inprogress():
            async with contextlib.aclosing(events):
                async for event in events:
                    yield event

    def refused(self, error: RouterError) -> None:
        """Count a request that ran nothing."""
        self.metrics.refused.labels(error.error_code).inc()
