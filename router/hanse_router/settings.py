"""The settings of the router: `router.yaml`, overridden by the environment (`HANSE_ROUTER_A__B` for `a.b`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field

from hanse_router.settings_demand_control import DemandControlSettings
from hanse_router.settings_errors import ErrorSettings
from hanse_router.settings_identity import IdentitySettings, JwtSettings
from hanse_router.settings_section import Section
from hanse_router.settings_supergraph import BranchSettings, SupergraphSettings, UsageSettings
from hanse_router.settings_transport import SubgraphRules, TransportSettings
from hanse_wire.environment import current_environment
from hanse_wire.server_settings import ServerSettings
from hanse_wire.settings import (
    SUBGRAPH_VARIABLES,
    Layer,
    Settings,
    environment,
    read_yaml,
    refuse_unknown_variables,
)

PREFIX = "HANSE_ROUTER_"
PRODUCTION_DEFAULTS: dict[str, Any] = {
    "graphiql": {"enabled": False},
    "introspection": False,
    "suggestions": False,
    "errors": {"mask": "all"},
}


class GraphiqlSettings(Section):
    """The GraphiQL page at `/`."""

    enabled: bool = Field(default=True, description="Serve GraphiQL to browsers. Default with `ENV=production`: false.")
    default_query: str = Field(default="", description="The initial query in the editor; empty: a greeting.")


class OperationsSettings(Section):
    """A port of its own for the pages that are not for clients."""

    port: int | None = Field(
        default=None, ge=1, le=65_535, description="The port; it serves everything. null: there is none."
    )
    host: str = Field(default="127.0.0.1", description="The address of this port.")
    pages: tuple[Literal["metrics", "health", "graphiql"], ...] = Field(
        default=("metrics", "health", "graphiql"),
        description="Pages that only this port serves: `/metrics`, `/health/*`, GraphiQL.",
    )


class CorsSettings(Section):
    """Which web pages of other origins may call the router."""

    origins: tuple[str, ...] = Field(
        default=(), description='Allowed origins, such as `https://shop.example`; `"*"` allows any.'
    )
    allow_credentials: bool = Field(default=False, description="Let browsers send cookies. Not with any origin.")
    allow_headers: tuple[str, ...] = Field(
        default=(), description="Allowed request headers; empty: those that the browser requests."
    )
    expose_headers: tuple[str, ...] = Field(default=(), description="Response headers that pages may read.")
    max_age_seconds: int = Field(default=86_400, ge=0, description="How long browsers cache a preflight.")


class CsrfSettings(Section):
    """Protection against cross-site request forgery."""

    enabled: bool = Field(default=True, description="Refuse requests that a browser can send without a preflight.")
    headers: tuple[str, ...] = Field(
        default=("x-apollo-operation-name", "apollo-require-preflight", "x-hanse-preflight"),
        description="Headers of which any proves a preflight.",
    )


class LimitSettings(Section):
    """How large a request may be."""

    max_body_bytes: int = Field(default=2_000_000, ge=1, description="Maximum size of a request body, in bytes.")
    max_pending_bytes: int = Field(
        default=256_000_000,
        ge=1,
        description="Maximum size of all request bodies being received, beyond 64 KiB of each, in bytes; of one client "
        "address, a quarter.",
    )
    max_document_characters: int = Field(
        default=200_000, ge=1, description="Maximum size of a document, in characters; variables do not count."
    )
    max_tokens: int = Field(default=15_000, ge=1, description="Maximum number of tokens in a document.")
    max_operations: int = Field(default=100, ge=1, description="Maximum number of operations in a document.")
    max_depth: int = Field(default=100, ge=1, description="Maximum depth of nested fields.")
    max_aliases: int = Field(default=1_000, ge=0, description="Maximum number of aliases; fragments count at each use.")
    max_fields: int = Field(
        default=10_000, ge=1, description="Maximum number of fields and fragments; fragments count at each use."
    )
    max_directives: int = Field(
        default=1_000, ge=0, description="Maximum number of directives; fragments count at each use."
    )
    max_root_fields: int = Field(default=200, ge=1, description="Maximum number of root fields.")
    max_plan_steps: int = Field(
        default=250_000,
        ge=1,
        description="Maximum number of steps to plan an operation. A step is one option that the planner looks at.",
    )
    max_variable_values: int = Field(
        default=20_000, ge=1, description="Maximum number of values in variables, in lists and objects too."
    )
    max_waiting_documents: int = Field(
        default=100,
        ge=1,
        description="Maximum number of new documents that wait to be prepared; callers take turns.",
    )
    max_concurrent_operations: int = Field(
        default=0, ge=0, description="Maximum number of operations executing at a time; others wait. 0: no limit."
    )
    max_validation_errors: int = Field(
        default=20, ge=1, description="Maximum number of validation errors that are reported."
    )
    max_errors: int = Field(
        default=1_000, ge=1, description="Maximum number of execution errors that a response lists."
    )
    max_response_bytes: int = Field(
        default=20_000_000,
        ge=1,
        description="Maximum size of a response's data where entities are at many response paths, in bytes.",
    )


class UploadSettings(Section):
    """Files in requests (GraphQL multipart request specification)."""

    enabled: bool = Field(default=True, description="Accept requests with files.")
    max_file_bytes: int = Field(default=50_000_000, ge=1, description="Maximum size of a file, in bytes.")
    max_files: int = Field(default=10, ge=1, description="Maximum number of files in one request.")
    max_temporary_bytes: int = Field(
        default=2_000_000_000, ge=1, description="Maximum size of the files of all requests in flight, in bytes."
    )
    max_caller_bytes: int = Field(
        default=600_000_000,
        ge=1,
        description="Maximum size of the files in flight of one user, or of one address without a user, in bytes.",
    )
    timeout_seconds: float = Field(
        default=600.0, gt=0, description="Timeout for a whole request with files, in seconds."
    )


class AuthorizationSettings(Section):
    """`@authenticated`, `@requiresScopes` and `@policy`."""

    enabled: bool = Field(default=True, description="Enforce the directives of the supergraph.")
    reject: bool = Field(
        default=False, description="Reject an operation with a denied field, instead of returning null for the field."
    )
    policies_claim: str = Field(default="policies", description="The claim that lists the caller's policies.")


class OverrideSettings(Section):
    """Progressive `@override(label:)`. `percent(n)` needs no settings."""

    labels: tuple[str, ...] = Field(default=(), description="Labels that are active for every request.")
    header: str | None = Field(
        default=None,
        description="Request header with the labels that are active for this request, separated by commas; "
        "null: clients choose no labels.",
    )


class HeaderRules(Section):
    """Headers of requests to a subgraph."""

    propagate: tuple[str, ...] = Field(default=(), description="Names of client headers that are propagated.")
    insert: dict[str, str] = Field(default_factory=dict, description="Headers with fixed values.")


class HeaderSettings(HeaderRules):
    """Headers of requests to subgraphs."""

    subgraphs: dict[str, HeaderRules] = Field(default_factory=dict, description="Additional headers by subgraph.")


class PersistedSettings(Section):
    """Persisted documents."""

    automatic: bool = Field(default=True, description="Automatic persisted queries (APQ).")
    cache_size: int = Field(
        default=5_000, ge=1, description="Maximum number of automatic persisted queries in the cache."
    )
    cache_characters: int = Field(
        default=50_000_000, ge=1, description="Maximum size of these documents, in characters."
    )
    trusted_documents: Path | None = Field(
        default=None, description="JSON file of trusted documents: `{id: text}`, or a persisted query manifest."
    )
    trusted_only: bool = Field(default=False, description="Execute only trusted documents.")


class RateLimit(Section):
    """At most `max` uses in each window; a token bucket."""

    max: int = Field(ge=0, description="Uses allowed in a window.")
    window: str = Field(default="1m", description="The window: `10s`, `1m`, `1h`, `1d`.")
    by: list[str] = Field(
        default=["caller"],
        description="What is counted separately, each on its own: `caller` (the user, or the address of an anonymous "
        "client), `address`, `argument:NAME` of a field, or several joined by `+`.",
    )


class RateLimitSettings(Section):
    """Limits by field (`@rateLimit` in a subgraph), and on all requests."""

    enabled: bool = Field(default=True, description="Enforce rate limits.")
    directive: str = Field(default="rateLimit", description="The directive's name in the supergraph.")
    fields: dict[str, RateLimit] = Field(
        default_factory=dict, description="Limits by `Type.field`; they replace those of the directive."
    )
    requests: RateLimit | None = Field(
        default=None, description="Limit on all requests, those refused included, by default of one caller."
    )
    signed_in: RateLimit | None = Field(
        default=RateLimit(max=100), description="Limit on all requests of signed-in callers, those refused included."
    )
    buckets: int = Field(default=200_000, ge=1, description="Maximum number of counters in memory.")
    on_store_failure: Literal["open", "closed"] = Field(
        default="open",
        description="While the store is unavailable: `open`: count by itself; `closed`: refuse limited fields.",
    )


class StoreSettings(Section):
    """What several routers share."""

    url: str = Field(
        default="memory:",
        description="`memory:`, or for several routers `redis://`, `rediss://` (TLS) or `redis+cluster://`.",
    )
    prefix: str = Field(
        default="hanse:", description="Prefix of every key, so that several platforms can share a server."
    )
    timeout_seconds: float = Field(default=0.25, gt=0, le=30, description="Timeout of a request to the store.")
    retry_seconds: float = Field(
        default=1.0, gt=0, description="Interval between retries while the store is unavailable, in seconds."
    )
    max_connections: int = Field(
        default=64, ge=1, description="Maximum number of connections to each server of the store."
    )
    memory_bytes: int = Field(
        default=64_000_000, ge=1, description="Maximum size of responses in a `memory:` store, in bytes."
    )


class ResponseCacheSettings(Section):
    """The response cache, controlled by `@cacheControl` in the supergraph."""

    enabled: bool = Field(default=False, description="Cache responses.")
    directive: str = Field(default="cacheControl", description="The directive's name in the supergraph.")
    max_response_bytes: int = Field(default=1_000_000, ge=1, description="Maximum size of a cached response, in bytes.")


class WebSocketSettings(Section):
    """Operations over WebSocket."""

    enabled: bool = Field(default=True, description="Serve WebSocket on the path of GraphQL.")
    override_headers: tuple[str, ...] = Field(
        default=(),
        description="Headers of the upgrade request that `connection_init` and `extensions.headers` may replace.",
    )
    init_timeout_seconds: float = Field(default=10.0, gt=0, description="Timeout for `connection_init`, in seconds.")
    ping_seconds: float = Field(default=25.0, gt=0, description="Interval between pings, in seconds.")
    max_operations: int = Field(
        default=200, ge=1, description="Maximum number of concurrent operations on one connection."
    )


class StreamSettings(Section):
    """Subscriptions over HTTP: server-sent events and multipart."""

    enabled: bool = Field(default=True, description="Serve subscriptions over HTTP.")
    heartbeat_seconds: float = Field(default=5.0, gt=0, description="Interval between heartbeats, in seconds.")


class TelemetrySettings(Section):
    """Logs, metrics and traces."""

    access_log: bool = Field(default=False, description="Log each request with the logger `hanse.access`.")
    metrics: bool = Field(default=True, description="Serve Prometheus metrics at `/metrics`.")
    trace_context: bool = Field(default=False, description="Send W3C trace context to subgraphs.")
    otlp_url: str | None = Field(
        default=None,
        pattern="^https?://",
        description="Collector of traces, OTLP over HTTP, such as `http://127.0.0.1:4318`; null: no traces.",
    )
    sample_ratio: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Ratio of the traces started here that are sampled; others follow the decision of the client.",
    )


class RouterSettings(Settings):
    """Every setting of the router. `load` reads them."""

    path: str = Field(
        default="/graphql", pattern="^/.+", description="Path of the GraphQL endpoint, for HTTP and WebSocket."
    )
    introspection: bool = Field(default=True, description="Allow introspection. Default with `ENV=production`: false.")
    suggestions: bool = Field(
        default=True, description="Suggest names in validation errors. Default with `ENV=production`: false."
    )
    documents: int = Field(default=2_000, ge=1, description="Maximum number of prepared documents in the cache.")
    document_bytes: int = Field(
        default=400_000_000,
        ge=1,
        description="Maximum size of the prepared documents in the cache of one process, in bytes (estimated)."
        " A document takes at most an eighth of it.",
    )
    share_operations: bool = Field(
        default=False,
        description="Deduplicate identical queries of one caller that are in flight at the same time.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses or networks of proxies whose `X-Forwarded-For` is trusted."
    )
    reload_seconds: float = Field(
        default=1.0, gt=0, description="Interval between checks of the supergraph file, in seconds."
    )
    reload_documents: int = Field(
        default=200,
        ge=0,
        description="Number of recently used documents that are prepared for a new supergraph before it serves.",
    )
    supergraph: SupergraphSettings = Field(default_factory=SupergraphSettings)
    branches: BranchSettings = Field(default_factory=BranchSettings)
    usage: UsageSettings = Field(default_factory=UsageSettings)
    graphiql: GraphiqlSettings = Field(default_factory=GraphiqlSettings)
    operations: OperationsSettings = Field(default_factory=OperationsSettings)
    cors: CorsSettings = Field(default_factory=CorsSettings)
    csrf: CsrfSettings = Field(default_factory=CsrfSettings)
    server: ServerSettings = Field(default_factory=ServerSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    demand_control: DemandControlSettings = Field(default_factory=DemandControlSettings)
    uploads: UploadSettings = Field(default_factory=UploadSettings)
    jwt: JwtSettings = Field(default_factory=JwtSettings)
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    authorization: AuthorizationSettings = Field(default_factory=AuthorizationSettings)
    errors: ErrorSettings = Field(default_factory=ErrorSettings)
    headers: HeaderSettings = Field(default_factory=HeaderSettings)
    overrides: OverrideSettings = Field(default_factory=OverrideSettings)
    persisted: PersistedSettings = Field(default_factory=PersistedSettings)
    rate_limits: RateLimitSettings = Field(default_factory=RateLimitSettings)
    response_cache: ResponseCacheSettings = Field(default_factory=ResponseCacheSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    transport: TransportSettings = Field(default_factory=TransportSettings)
    subgraphs: dict[str, SubgraphRules] = Field(default_factory=dict, description="Settings by subgraph name.")
    websocket: WebSocketSettings = Field(default_factory=WebSocketSettings)
    streams: StreamSettings = Field(default_factory=StreamSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)

    @classmethod
    def load(cls, file: Path | None = None, /, **defaults: Any) -> Self:
        """The settings: the environment, over the file, over `defaults`, over the defaults of this class.

        With `ENV=production`, PRODUCTION_DEFAULTS are over those of this class. Raises SettingsError: a
        file that cannot be read, an unknown setting, a value that is not allowed.
        """
        refuse_unknown_variables(cls, PREFIX, allowed=SUBGRAPH_VARIABLES)
        layers = [environment(cls, PREFIX)]
        if file is not None:
            layers.append(Layer(read_yaml(file), str(file)))
        production = PRODUCTION_DEFAULTS if current_environment().is_production else {}
        return cls.from_layers([*layers, Layer(defaults), Layer(production)])
