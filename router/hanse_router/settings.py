"""What the router can be told: `router.yaml`, overridden by the environment (`HANSE_ROUTER_A__B` for `a.b`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hanse_router.errors import SettingsError
from hanse_router.settings_errors import explain, refuse_unknown_variables

PREFIX = "HANSE_ROUTER_"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GraphiqlSettings(_Section):
    """The GraphiQL page at `/`."""

    enabled: bool = Field(default=True, description="Serve GraphiQL to browsers.")
    default_query: str = Field(default="", description="What its editor shows first; empty: a greeting.")


class CorsSettings(_Section):
    """Which web pages of other origins may call the router."""

    origins: tuple[str, ...] = Field(
        default=(), description='Allowed origins, such as `https://shop.example`; `"*"` allows any.'
    )
    allow_credentials: bool = Field(default=False, description="Let browsers send cookies. Not with any origin.")
    allow_headers: tuple[str, ...] = Field(default=(), description="Allowed request headers; empty: those asked for.")
    expose_headers: tuple[str, ...] = Field(default=(), description="Reply headers that pages may read.")
    max_age_seconds: int = Field(default=86_400, ge=0, description="How long browsers remember a preflight.")


class CsrfSettings(_Section):
    """Protection from requests that a browser sends without its user's will."""

    enabled: bool = Field(default=True, description="Refuse requests a browser sends without a preflight.")
    headers: tuple[str, ...] = Field(
        default=("x-apollo-operation-name", "apollo-require-preflight", "x-hanse-preflight"),
        description="Any of these headers proves a preflight.",
    )


class LimitSettings(_Section):
    """How large a request may be."""

    max_body_bytes: int = Field(default=2_000_000, ge=1, description="Largest request body, in bytes.")
    max_tokens: int = Field(default=15_000, ge=1, description="Most tokens in a document.")
    max_depth: int = Field(default=100, ge=1, description="Deepest nesting of fields.")
    max_aliases: int = Field(default=1_000, ge=0, description="Most aliased fields, fragments counted at each use.")
    max_fields: int = Field(default=20_000, ge=1, description="Most fields, fragments counted at each use.")
    max_root_fields: int = Field(default=200, ge=1, description="Most root fields.")
    max_concurrent_operations: int = Field(
        default=0, ge=0, description="Operations in execution at a time; others wait. 0: no limit."
    )
    max_validation_errors: int = Field(default=20, ge=1, description="Validation stops after so many errors.")


class UploadSettings(_Section):
    """Files in requests (GraphQL multipart request specification)."""

    enabled: bool = Field(default=True, description="Take requests with files.")
    max_file_bytes: int = Field(default=50_000_000, ge=1, description="Largest file, in bytes.")
    max_files: int = Field(default=10, ge=1, description="Most files in one request.")


class JwtSettings(_Section):
    """How clients' access tokens are verified."""

    jwks_urls: tuple[str, ...] = Field(
        default=(), description="Where the issuers' public keys are: `https://`, `http://` or `file://`."
    )
    issuers: tuple[str, ...] = Field(default=("hanse-users",), description="Accepted `iss`; empty: any.")
    audiences: tuple[str, ...] = Field(default=("hanse",), description="Accepted `aud`; empty: not checked.")
    algorithms: tuple[str, ...] = Field(
        default=("EdDSA", "ES256", "RS256"), description="Accepted signature algorithms. Never symmetric ones."
    )
    leeway_seconds: float = Field(default=5.0, ge=0, le=300, description="Tolerated difference of clocks.")
    header: str = Field(default="authorization", description="The request header that carries the token.")
    required: bool = Field(default=False, description="Refuse requests without a token.")
    refresh_seconds: float = Field(default=300.0, gt=0, description="The keys are read again after so long.")
    retry_seconds: float = Field(default=5.0, ge=0, description="An unknown key id asks at most this often.")
    copy_seconds: float = Field(
        default=86_400.0, gt=0, description="How long routers that share a store lend each other keys read from a URL."
    )
    cache_size: int = Field(default=10_000, ge=1, description="Verified tokens remembered until they expire.")


class IdentitySettings(_Section):
    """The router's own short-lived tokens, by which subgraphs know the caller."""

    enabled: bool = Field(default=True, description="Send each subgraph a token of the router's.")
    issuer: str = Field(default="hanse-router", description="The `iss` of these tokens.")
    key_file: Path = Field(
        default=Path(".data/keys/router-signing.json"),
        description="The private key, made with mode 0600 at the first start.",
    )
    jwks_file: Path | None = Field(
        default=None, description="Where the public key is written for subgraphs on this machine; default: beside it."
    )
    token_seconds: int = Field(default=60, ge=5, description="How long a token is good.")
    cache_size: int = Field(default=20_000, ge=1, description="Callers whose tokens are kept.")


class AuthorizationSettings(_Section):
    """`@authenticated`, `@requiresScopes` and `@policy`."""

    enabled: bool = Field(default=True, description="Enforce the directives of the supergraph.")
    reject: bool = Field(default=False, description="Refuse the whole operation instead of nulling what is denied.")
    policies_claim: str = Field(default="policies", description="The claim that lists the caller's policies.")


class HeaderRules(_Section):
    """What is carried from the client's request to a subgraph."""

    propagate: tuple[str, ...] = Field(default=(), description="Names of client headers passed on.")
    insert: dict[str, str] = Field(default_factory=dict, description="Fixed headers added.")


class HeaderSettings(HeaderRules):
    """Headers for all subgraphs, and more for some."""

    subgraphs: dict[str, HeaderRules] = Field(default_factory=dict, description="The same by subgraph, added to those.")


class PersistedSettings(_Section):
    """Documents sent by id."""

    automatic: bool = Field(default=True, description="Automatic persisted queries (APQ).")
    cache_size: int = Field(default=5_000, ge=1, description="Documents remembered by hash.")
    cache_characters: int = Field(default=50_000_000, ge=1, description="Most characters of these documents.")
    trusted_documents: Path | None = Field(
        default=None, description="JSON of trusted documents: `{id: text}`, or a persisted query manifest."
    )
    trusted_only: bool = Field(default=False, description="Run trusted documents only.")


class RateLimit(_Section):
    """At most `max` uses in each window, refilled evenly."""

    max: int = Field(ge=0, description="Uses allowed in a window.")
    window: str = Field(default="1m", description="The window: `10s`, `1m`, `1h`, `1d`.")


class RateLimitSettings(_Section):
    """Limits by field (`@rateLimit` in a subgraph), and on all requests."""

    enabled: bool = Field(default=True, description="Count and refuse.")
    directive: str = Field(default="rateLimit", description="The directive's name in the supergraph.")
    fields: dict[str, RateLimit] = Field(
        default_factory=dict, description="Limits by `Type.field`; they replace the directive's."
    )
    requests: RateLimit | None = Field(default=None, description="Limit on all operations of one caller.")
    buckets: int = Field(default=200_000, ge=1, description="Most counters kept in memory.")
    on_store_failure: Literal["open", "closed"] = Field(
        default="open",
        description="While the store is away: `open`, each router counts alone; `closed`, refuse what is limited.",
    )


class StoreSettings(_Section):
    """What several routers share."""

    url: str = Field(
        default="memory:",
        description="`memory:`, or for several routers `redis://`, `rediss://` (TLS) or `redis+cluster://`.",
    )
    prefix: str = Field(default="hanse:", description="Before every key; platforms that share a server differ in it.")
    timeout_seconds: float = Field(default=0.25, gt=0, le=30, description="Time for one request to it.")
    retry_seconds: float = Field(default=1.0, gt=0, description="How often one that is away is tried again.")
    max_connections: int = Field(default=64, ge=1, description="Most connections to each of its servers.")
    memory_bytes: int = Field(default=64_000_000, ge=1, description="Most bytes of what `memory:` keeps of responses.")


class ResponseCacheSettings(_Section):
    """Whole responses kept for as long as `@cacheControl` in the supergraph allows."""

    enabled: bool = Field(default=False, description="Keep responses and answer from them.")
    directive: str = Field(default="cacheControl", description="The directive's name in the supergraph.")
    max_response_bytes: int = Field(default=1_000_000, ge=1, description="Largest response that is kept.")


class SubgraphRules(_Section):
    """How one subgraph is reached; what is not given is as for all."""

    url: str | None = Field(default=None, description="In place of the supergraph's routing URL.")
    timeout_seconds: float | None = Field(default=None, gt=0, description="Time for one request.")
    retries: int | None = Field(default=None, ge=0, description="Times a failed query is sent again.")
    subscription_url: str | None = Field(default=None, description="WebSocket URL, if not the same with ws://.")


class TransportSettings(_Section):
    """How subgraphs are reached."""

    timeout_seconds: float = Field(default=30.0, gt=0, description="Time for one request.")
    retries: int = Field(default=1, ge=0, description="Times a failed query is sent again; mutations never.")
    max_connections: int = Field(default=100, ge=1, description="Most connections to one subgraph.")
    connect_seconds: float = Field(default=5.0, gt=0, description="Time to open a connection.")
    failures_to_open: int = Field(
        default=0, ge=0, description="Failed requests in a row after which a subgraph is left alone. 0: never."
    )
    open_seconds: float = Field(default=5.0, gt=0, description="How long it is left alone then.")
    proxy: str | None = Field(default=None, description="URL of an HTTP proxy on the way to subgraphs.")
    share_requests: bool = Field(
        default=False,
        description="Send equal queries of the same caller that are under way at the same time once.",
    )
    ca_file: Path | None = Field(
        default=None, description="PEM of the authorities that subgraphs' certificates are from, not the system's."
    )
    client_certificate_file: Path | None = Field(
        default=None, description="PEM of the certificate that is shown to subgraphs who ask for one."
    )
    client_key_file: Path | None = Field(
        default=None, description="PEM of its key, without a password; default: in the same file."
    )


class WebSocketSettings(_Section):
    """Operations over WebSocket."""

    enabled: bool = Field(default=True, description="Serve WebSocket on the path of GraphQL.")
    init_timeout_seconds: float = Field(default=10.0, gt=0, description="Time until `connection_init` must come.")
    ping_seconds: float = Field(default=25.0, gt=0, description="Time between the router's pings.")
    max_operations: int = Field(default=200, ge=1, description="Most operations at a time on one connection.")


class StreamSettings(_Section):
    """Subscriptions over HTTP: server-sent events and multipart."""

    enabled: bool = Field(default=True, description="Serve subscriptions over HTTP.")
    heartbeat_seconds: float = Field(default=5.0, gt=0, description="Time between heartbeats while nothing happens.")


class TelemetrySettings(_Section):
    """What the router tells of itself."""

    access_log: Literal["off", "text", "json"] = Field(default="off", description="One line per request, on stderr.")
    metrics: bool = Field(default=True, description="Serve Prometheus metrics at `/metrics`.")
    trace_context: bool = Field(default=False, description="Carry W3C trace context to subgraphs.")
    otlp_url: str | None = Field(
        default=None,
        pattern="^https?://",
        description="Collector of traces, OTLP over HTTP, such as `http://127.0.0.1:4318`; none: no spans are made.",
    )
    sample_ratio: float = Field(
        default=1.0, ge=0, le=1, description="How many of the traces that begin here are kept; others as clients say."
    )


class RouterSettings(BaseSettings):
    """Every setting of the router. `load` reads them."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    path: str = Field(default="/graphql", pattern="^/.+", description="The path of GraphQL, HTTP and WebSocket.")
    introspection: bool = Field(default=True, description="Answer introspection.")
    suggestions: bool = Field(default=True, description='Say "Did you mean ..." in validation errors.')
    documents: int = Field(default=2_000, ge=1, description="Prepared documents (parsed, validated, planned) kept.")
    document_characters: int = Field(
        default=2_000_000,
        ge=1,
        description="Most characters of the documents kept; each takes some 200 bytes prepared.",
    )
    share_operations: bool = Field(
        default=False,
        description="Run equal queries of the same caller that are under way at the same time once.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses or networks whose `X-Forwarded-For` is believed."
    )
    reload_seconds: float = Field(default=1.0, gt=0, description="How often the supergraph file is looked at.")
    reload_documents: int = Field(
        default=200, ge=0, description="Documents used last that are made ready for a new supergraph before it serves."
    )
    graphiql: GraphiqlSettings = Field(default_factory=GraphiqlSettings)
    cors: CorsSettings = Field(default_factory=CorsSettings)
    csrf: CsrfSettings = Field(default_factory=CsrfSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    uploads: UploadSettings = Field(default_factory=UploadSettings)
    jwt: JwtSettings = Field(default_factory=JwtSettings)
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    authorization: AuthorizationSettings = Field(default_factory=AuthorizationSettings)
    headers: HeaderSettings = Field(default_factory=HeaderSettings)
    persisted: PersistedSettings = Field(default_factory=PersistedSettings)
    rate_limits: RateLimitSettings = Field(default_factory=RateLimitSettings)
    response_cache: ResponseCacheSettings = Field(default_factory=ResponseCacheSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    transport: TransportSettings = Field(default_factory=TransportSettings)
    subgraphs: dict[str, SubgraphRules] = Field(default_factory=dict, description="By subgraph name:")
    websocket: WebSocketSettings = Field(default_factory=WebSocketSettings)
    streams: StreamSettings = Field(default_factory=StreamSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment overrides what the file (or the code) gives."""
        return env_settings, init_settings

    @classmethod
    def load(cls, file: Path | None = None, /, **given: Any) -> Self:
        """The settings: the environment, over the file, over what is given, over the defaults.

        Raises SettingsError: a file that cannot be read, an unknown setting, a value that is not allowed.
        """
        refuse_unknown_variables(cls, PREFIX)
        values = _merge(given, _read_yaml(file)) if file is not None else given
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsError(explain(cls, error, str(file) if file is not None else "the settings")) from error
        except ValueError as error:  # an environment variable that should be JSON and is not
            raise SettingsError(f"the environment: {error}; lists and maps are given as JSON") from error


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{path} must hold settings by name, not a {type(values).__name__}")
    return values


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
