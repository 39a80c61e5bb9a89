"""What the router serves besides GraphQL: GraphiQL, health, metrics, its public keys."""

from __future__ import annotations

import html
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

import orjson

from hanse_router.engine import Engine
from hanse_router.server.asgi import Header, Scope, Send, request_headers, respond
from hanse_router.server.plans import PATH as PLAN_PATH

STATIC = Path(__file__).parent / "graphiql" / "static"
JSON = b"application/json"
TEXT = b"text/plain; charset=utf-8"
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    b"connect-src 'self'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)
SAFE_HEADERS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
GREETING = """\
# Welcome to GraphiQL.
#
# Write a query here and run it with Ctrl+Enter.
# The documentation explorer on the left shows the schema.
# To call as a signed-in user, write into Headers below:
#   {"Authorization": "Bearer <access token>"}

query Hello {
  __typename
}
"""

Page = Callable[[Scope, Send], Awaitable[None]]


def is_browser_visit(scope: Scope) -> bool:
    """Whether someone has typed GraphQL's address into a browser: they are shown GraphiQL."""
    return (
        scope["method"] == "GET"
        and not scope["query_string"]
        and "text/html" in request_headers(scope).get("accept", "")
    )


class Pages:
    """Answers GET and HEAD on every path but that of GraphQL."""

    def __init__(
        self, engine: Engine, public_jwks: bytes | None, supergraph_state: Callable[[], Mapping[str, object]]
    ) -> None:
        """`supergraph_state` is what `/health/ready` says of a supergraph from a URL; empty where there is none."""
        settings = engine.settings
        self._engine = engine
        self._supergraph_state = supergraph_state
        self._jwks = public_jwks
        self._operations = settings.operations
        self._pages: dict[str, Page] = {
            "/": self.home,
            "/health/live": self._live,
            "/health/ready": self._ready,
        }
        if settings.telemetry.metrics:
            self._pages["/metrics"] = self._metrics
        if public_jwks is not None:
            self._pages["/.well-known/jwks.json"] = self._public_jwks

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        page = self._pages.get(path)
        if page is None and path.startswith("/graphiql/") and self.has_graphiql(scope):
            page = self._asset
        elif path == "/metrics" or path.startswith("/health/"):
            page = page if self._is_here(scope, "metrics" if path == "/metrics" else "health") else None
        if page is None:
            await self._missing(scope, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await _json(send, 405, {"error": "This page is only read: send GET."}, [(b"allow", b"GET, HEAD")])
        else:
            await page(scope, send)

    async def home(self, scope: Scope, send: Send) -> None:
        """GraphiQL for browsers, a list of what is here for others."""
        settings = self._engine.settings
        if self.has_graphiql(scope) and "text/html" in request_headers(scope).get("accept", ""):
            headers = [(b"content-security-policy", POLICY), (b"cache-control", b"no-cache"), *SAFE_HEADERS]
            await respond(send, 200, b"text/html; charset=utf-8", self._graphiql, headers)
            return
        pages = {"graphql": settings.path}
        if self._is_here(scope, "health"):
            pages |= {"live": "/health/live", "ready": "/health/ready"}
        if settings.telemetry.metrics and self._is_here(scope, "metrics"):
            pages["metrics"] = "/metrics"
        if self._jwks is not None:
            pages["jwks"] = "/.well-known/jwks.json"
        if self.has_graphiql(scope):
            pages["graphiql"] = "/ (in a browser)"
        await _json(send, 200, {"name": "Hanse router", **pages}, [(b"vary", b"accept")])

    def has_graphiql(self, scope: Scope) -> bool:
        """Whether GraphiQL is served on the port of a request."""
        return self._engine.settings.graphiql.enabled and self._is_here(scope, "graphiql")

    def _is_here(self, scope: Scope, page: Literal["metrics", "health", "graphiql"]) -> bool:
        """Whether the port of the request serves a page."""
        port = self._operations.port
        return port is None or page not in self._operations.pages or scope["server"][1] == port

    @cached_property
    def _graphiql(self) -> bytes:
        settings = self._engine.settings
        config = {
            "path": settings.path,
            "defaultQuery": settings.graphiql.default_query or GREETING,
            "planPath": PLAN_PATH,
            "subscriptions": settings.websocket.enabled,
        }
        page = (STATIC / "index.html").read_text(encoding="utf-8")
        return page.replace("__HANSE_CONFIG__", html.escape(orjson.dumps(config).decode())).encode()

    async def _asset(self, scope: Scope, send: Send) -> None:
        file = (STATIC / scope["path"].removeprefix("/")).resolve()
        if not file.is_relative_to(STATIC / "graphiql") or not file.is_file():
            await self._missing(scope, send)
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        forever = (b"cache-control", b"public, max-age=31536000, immutable")  # the names hold a hash of the content
        headers = [forever, *SAFE_HEADERS, (b"content-security-policy", POLICY)]
        await respond(send, 200, kind.encode(), file.read_bytes(), headers)

    async def _live(self, scope: Scope, send: Send) -> None:
        await _json(send, 200, {"status": "live"})

    async def _ready(self, scope: Scope, send: Send) -> None:
        ready = self._engine.ready
        state = self._supergraph_state()
        supergraph = {"supergraph": state} if state else {}
        await _json(send, 200 if ready else 503, {"status": "ready" if ready else "not ready", **supergraph})

    async def _metrics(self, scope: Scope, send: Send) -> None:
        metrics = self._engine.metrics
        await respond(send, 200, metrics.content_type.encode(), metrics.exposition())

    async def _public_jwks(self, scope: Scope, send: Send) -> None:
        assert self._jwks is not None
        await respond(send, 200, JSON, self._jwks, [(b"cache-control", b"public, max-age=60")])

    async def _missing(self, scope: Scope, send: Send) -> None:
        await _json(send, 404, {"error": f"Nothing is here; GraphQL is at {self._engine.settings.path}."})


async def _json(send: Send, status: int, body: Mapping[str, object], headers: list[Header] | None = None) -> None:
    await respond(send, status, JSON, orjson.dumps(body), [(b"cache-control", b"no-store"), *(headers or [])])
