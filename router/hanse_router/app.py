"""The router as an ASGI application: the composition of its parts, and its life."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hanse_router.engine import Engine
from hanse_router.guards.persisted import PersistedDocuments
from hanse_router.guards.rate_limiter import RateLimiter
from hanse_router.identity.client_tokens import TokenVerifier, open_issuers
from hanse_router.identity.revocations import RevocationSource, open_revocations
from hanse_router.identity.subgraph_tokens import RouterKey, SubgraphTokens
from hanse_router.identity.token_ends import TokenEnds
from hanse_router.prepare.override_labels import LabelHook
from hanse_router.registry.open import RegistryAccess
from hanse_router.reload import FileWatch
from hanse_router.server.address import ClientAddress
from hanse_router.server.asgi import Receive, Scope, Send
from hanse_router.server.cors import Cors
from hanse_router.server.http import HttpEndpoint
from hanse_router.server.pages import Pages, is_browser_visit
from hanse_router.server.plans import PATH as PLAN_PATH
from hanse_router.server.plans import PlanEndpoint
from hanse_router.server.websocket import WebSocketEndpoint
from hanse_router.settings import RateLimitSettings, RouterSettings, TelemetrySettings
from hanse_router.store import Store, open_store
from hanse_router.store.memory import MemoryBuckets
from hanse_router.subgraph_transports import SubgraphTransports
from hanse_router.telemetry.access_log import AccessLog
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports.local import LocalEndpoint
from hanse_wire.jwks import JwksSource
from hanse_wire.settings import SettingsError

if TYPE_CHECKING:
    from hanse_router.telemetry.spans import Spans


class SupergraphFeed(Protocol):
    """What brings new supergraphs while the router runs: a file, or a registry."""

    async def start(self) -> None:
        """Put the first supergraph in service if there is none, and begin to wait for others. Raises SettingsError."""
        ...

    async def stop(self) -> None:
        """Stop."""
        ...

    def state(self) -> dict[str, object]:
        """What `/health/ready` says of the supergraph."""
        ...


def create_router(
    settings: RouterSettings,
    supergraph_sdl: str | None,
    *,
    local_endpoints: Mapping[str, LocalEndpoint] | None = None,
    jwks: Mapping[str, JwksSource] | None = None,
    revocations: Mapping[str, RevocationSource] | None = None,
    supergraph_file: Path | None = None,
    supergraph_url: str | None = None,
    override_labels: LabelHook | None = None,
) -> Router:
    """The router over a supergraph. Without one, it comes from `supergraph_url` when the router starts, or from
    `engine.reload`: until then it is not ready.

    `local_endpoints` are subgraphs of this process, by name; the others are reached by their URLs. `jwks` has the
    public keys of issuers, by name, in place of their URLs, `revocations` their lists
    of revoked tokens. `supergraph_file` is watched, and reloaded when it changes; `supergraph_url` is polled.
    `override_labels` chooses the active labels of progressive overrides for a request: from its context, and the labels
    that can change its plan.
    Raises SettingsError where a setting does not fit, InvalidSupergraphError.
    """
    metrics = Metrics()
    store = open_store(settings, metrics)
    issuers = open_issuers(settings.jwt, store.cache, jwks)
    identity = settings.identity
    signing = RouterKey.open(identity.key_file, identity.jwks_file) if identity.enabled else None
    spans = _spans(settings.telemetry)
    token_ends = TokenEnds(settings.jwt.leeway_seconds)
    registry = RegistryAccess(settings, supergraph_url, metrics.registry)
    engine = Engine(
        settings,
        verifier=TokenVerifier(issuers, settings.jwt, policies_claim=settings.authorization.policies_claim),
        revocations=open_revocations(settings.jwt, metrics, token_ends, revocations),
        token_ends=token_ends,
        tokens=SubgraphTokens(signing, identity) if signing is not None else None,
        persisted=PersistedDocuments(settings.persisted),
        limiter=_limiter(settings.rate_limits, store),
        transports=SubgraphTransports(settings, {} if local_endpoints is None else local_endpoints, metrics, spans),
        metrics=metrics,
        cache=store.cache,
        spans=spans,
        override_labels=override_labels,
        usage=registry.usage,
    )
    feed: SupergraphFeed | None = registry.poller(engine.reload)
    if registry.serves_branches:
        engine.serve_branches(registry.follow_branch)
    if supergraph_sdl is not None:
        engine.serve(supergraph_sdl)
        if supergraph_file is not None:
            seconds = settings.reload_seconds
            feed = FileWatch(supergraph_file, engine.reload, current=supergraph_sdl, seconds=seconds, metrics=metrics)
    return Router(engine, store, signing.public_jwks if signing is not None else None, feed, registry)


def _limiter(settings: RateLimitSettings, store: Store) -> RateLimiter:
    fallback = MemoryBuckets(settings.buckets) if settings.on_store_failure == "open" else None
    return RateLimiter(store.buckets, settings, fallback=fallback)


def _spans(settings: TelemetrySettings) -> Spans | None:
    if settings.otlp_url is None:
        return None
    from hanse_router.telemetry.spans import Spans  # a second of imports, for who wants it

    return Spans(settings)


class Router:
    """The ASGI application."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        public_jwks: bytes | None,
        feed: SupergraphFeed | None,
        registry: RegistryAccess,
    ) -> None:
        settings = engine.settings
        access_log = AccessLog(enabled=settings.telemetry.access_log)
        address = ClientAddress(settings.trusted_proxies)
        self.engine = engine
        self._store = store
        self._feed = feed
        self._registry = registry
        self._path = settings.path
        self._below = f"{settings.path}/"
        self._sockets = settings.websocket.enabled
        self._http = HttpEndpoint(engine, access_log, Cors(settings.cors), address)
        self._plans = PlanEndpoint(engine, address)
        self._websocket = WebSocketEndpoint(engine, access_log, address)
        self._pages = Pages(engine, public_jwks, feed.state if feed is not None else dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""
        kind = scope["type"]
        if kind == "http":
            path: str = scope["path"]
            if path == self._path:
                if is_browser_visit(scope):
                    await self._pages.home(scope, send)
                else:
                    await self._http(scope, receive, send)
            elif path.startswith(self._below):
                await self._http(scope, receive, send, path.removeprefix(self._below) or None)
            elif path == PLAN_PATH and self._pages.has_graphiql(scope):
                await self._plans(scope, receive, send)
            else:
                await self._pages(scope, send)
        elif kind == "websocket":
            if self._sockets and scope["path"] == self._path:
                await self._websocket(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1000, "reason": ""})  # before accept: HTTP 403
        elif kind == "lifespan":
            await self._live(receive, send)

    async def start(self) -> None:
        """Look for the store and for the first supergraph, and begin to wait for others. Raises SettingsError."""
        await self._store.start()
        await self.engine.revocations.start()
        await self._registry.start()
        if self.engine.branches is not None:
            await self.engine.branches.start()
        if self._feed is not None:
            await self._feed.start()

    def drain(self) -> None:
        """Prepare to stop: become not ready, and end subscriptions. Call it before the server waits for them."""
        self.engine.drain()

    def count_refusal(self, code: str) -> None:
        """Count a request that its server refused."""
        self.engine.metrics.refused.labels(code).inc()

    async def stop(self) -> None:
        """Close everything."""
        if self._feed is not None:
            await self._feed.stop()
        if self.engine.branches is not None:
            await self.engine.branches.stop()
        await self.engine.revocations.stop()
        await self.engine.stop()
        await self._registry.stop()
        await self._store.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()  # lifespan.startup
        try:
            await self.start()
        except SettingsError as error:
            await self.stop()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})
