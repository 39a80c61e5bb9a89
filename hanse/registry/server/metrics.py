"""What the registry server counts, as Prometheus metrics. Labels have few values: no names of graphs or clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from hanse.registry.errors import RegistryError
from hanse_router.telemetry.series import CountSeries
from hanse_wire.request_id import App, Message


class RegistryMetrics:
    """The counters of one server. They belong to its event loop."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.requests = CountSeries(
            registry,
            "hanse_registry_requests",
            "Requests by kind (graphql, supergraph, usage, page, graphiql, health, metrics) and HTTP status.",
            ("kind", "status"),
        )
        self.publishes = CountSeries(
            registry,
            "hanse_registry_publishes",
            "Publishes by outcome: published, unchanged, or the code of the error.",
            ("outcome",),
        )
        self.checks = CountSeries(registry, "hanse_registry_checks", "Recorded checks by outcome.", ("outcome",))
        polls = CountSeries(
            registry,
            "hanse_registry_polls",
            "Polls of supergraphs that were answered: new (200) or unchanged (304).",
            ("outcome",),
        )
        self.new_polls, self.unchanged_polls = (polls.labels(outcome) for outcome in ("new", "unchanged"))
        reports = CountSeries(
            registry, "hanse_registry_usage_reports", "Usage reports: counted, or repeated ones.", ("outcome",)
        )
        self.counted_reports, self.repeated_reports = (reports.labels(outcome) for outcome in ("counted", "repeated"))
        self.dropped_usage = CountSeries(
            registry, "hanse_registry_usage_dropped", "Entries of usage reports above the limits of what is stored."
        ).labels()

    @contextmanager
    def failed_publishes(self) -> Iterator[None]:
        """Count a publish that fails in the block, by the code of its error."""
        try:
            yield
        except Exception as error:
            code = error.code if isinstance(error, RegistryError) else RegistryError.code
            self.publishes.labels(code).inc()
            raise

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)


class RequestCounts:
    """ASGI middleware: counts each HTTP request when it is answered."""

    def __init__(self, app: App, metrics: RegistryMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # of a request that fails before its response

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_counted)
        finally:
            self._metrics.requests.labels(kind_of(scope["path"]), str(status)).inc()


def kind_of(path: str) -> str:
    """The kind of a request by its path."""
    first, _, rest = path.removeprefix("/").partition("/")
    if first == "api":
        return "usage" if rest.endswith("/usage") else "supergraph"
    return first if first in ("graphql", "graphiql", "health", "metrics") else "page"
