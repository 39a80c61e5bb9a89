"""What the router counts, as Prometheus metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from hanse_router.telemetry.series import Count, CountSeries, HistogramSeries

_COSTS = (0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000)


class ExecutionMetrics:
    """Which path executes queries and mutations. Without a registry nobody reads the counts."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        executions = CountSeries(
            registry,
            "hanse_executions",
            "Executions of queries and mutations: by generated code (fast), without it (general), "
            "or started by it and completed without it (fallback).",
            ("path",),
        )
        self.fast, self.general, self.fallback = (executions.labels(path) for path in ("fast", "general", "fallback"))
        self._operations = CountSeries(
            registry,
            "hanse_general_path_operations",
            "Operations for which no code can be generated, by reason.",
            ("reason",),
        )

    def general_path(self, reason: str) -> None:
        """Count an operation without a fast path."""
        self._operations.labels(reason).inc()


class Metrics:
    """The counters of one router."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._requests = CountSeries(
            registry, "hanse_requests", "Operations answered, by transport and status.", ("transport", "status")
        )
        self._request_counts: dict[tuple[str, int], Count] = {}
        seconds = HistogramSeries(
            registry, "hanse_request_seconds", "Time from an operation to its answer.", ("transport",)
        )
        self._request_seconds = {name: seconds.labels(name) for name in ("http", "websocket")}
        documents = CountSeries(registry, "hanse_documents", "Documents looked up among those prepared.", ("result",))
        self.document_hits = documents.labels("hit")
        self.document_misses = documents.labels("miss")
        self.plans = CountSeries(registry, "hanse_plans", "Operations planned, refused ones among them.").labels()
        self.preparations_waiting = Gauge(
            "hanse_preparations_waiting", "New operations that wait to be prepared.", registry=registry
        )
        self.refused = CountSeries(registry, "hanse_refused", "Operations that did not run, by error code.", ("code",))
        self.fetches = CountSeries(
            registry, "hanse_fetches", "Requests to subgraphs by outcome.", ("subgraph", "outcome")
        )
        self.fetch_seconds = HistogramSeries(
            registry, "hanse_fetch_seconds", "Time of a request to a subgraph.", ("subgraph",)
        )
        self.circuits = Gauge(
            "hanse_circuit_open", "Whether the circuit of a subgraph is open.", ("subgraph",), registry=registry
        )
        self.subscriptions = Gauge("hanse_subscriptions", "Subscriptions that run now.", registry=registry)
        self.upload_bytes = Gauge("hanse_upload_bytes", "Size of the files of requests in flight.", registry=registry)
        self.sockets = Gauge("hanse_websockets", "WebSocket connections open now.", registry=registry)
        self.responses = CountSeries(
            registry, "hanse_cached_responses", "Responses looked up among those kept.", ("result",)
        )
        self.store_failures = CountSeries(
            registry, "hanse_store_failures", "Requests to the shared store that failed or took too long."
        )
        self.store_available = Gauge("hanse_store_available", "Whether the shared store answers.", registry=registry)
        self.store_available.set(1)
        self.overrides = CountSeries(
            registry,
            "hanse_override_requests",
            "Requests that select fields with a progressive @override, by its label and the side that was used.",
            ("label", "side"),
        )
        self.cost_estimated = HistogramSeries(
            registry, "hanse_cost_estimated", "Estimated cost of an operation.", ("kind",), bounds=_COSTS
        )
        self.cost_actual = HistogramSeries(
            registry, "hanse_cost_actual", "Cost of a response, where it was counted.", ("kind",), bounds=_COSTS
        )
        self.cost_too_high = CountSeries(
            registry, "hanse_cost_too_high", "Operations with an estimated cost above the maximum."
        ).labels()
        self.cost_underestimated = CountSeries(
            registry, "hanse_cost_underestimated", "Responses that cost more than was estimated."
        ).labels()
        self.revocations = Gauge(
            "hanse_revocations", "Revocations of access tokens in force, by issuer.", ["issuer"], registry=registry
        )
        self.revocation_age = Gauge(
            "hanse_revocation_age_seconds",
            "Time since the list of revoked tokens was read, by issuer.",
            ["issuer"],
            registry=registry,
        )
        self.revocation_reads = CountSeries(
            registry, "hanse_revocation_reads", "Reads of lists of revoked tokens.", ("issuer", "outcome")
        )
        self.revoked_tokens = CountSeries(registry, "hanse_revoked_tokens", "Requests with a revoked access token.")
        self.execution = ExecutionMetrics(registry)
        self.reloads = CountSeries(registry, "hanse_reloads", "Reloads of the supergraph.", ("outcome",))

    def count_request(self, transport: str, status: int, seconds: float) -> None:
        """One operation is answered, over "http" or "websocket"."""
        key = (transport, status)
        count = self._request_counts.get(key)
        if count is None:
            count = self._request_counts[key] = self._requests.labels(transport, str(status))
        count.value += 1
        self._request_seconds[transport].observe(seconds)

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
