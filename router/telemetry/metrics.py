"""What the router counts, as Prometheus metrics; children are looked up once, since each request uses them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from router.transports.base import SubgraphRequest, Transport, TransportError

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one router."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        requests = Counter(
            "hanse_requests",
            "Client requests by transport and status.",
            ["transport", "status"],
            registry=self.registry,
        )
        self._requests = requests
        self._request_children: dict[tuple[str, int], Counter] = {}
        self.seconds = Histogram(
            "hanse_request_seconds", "Time from a request to its answer.", buckets=_BUCKETS, registry=self.registry
        )
        documents = Counter(
            "hanse_documents", "Documents looked up among the prepared ones.", ["result"], registry=self.registry
        )
        self.document_hits = documents.labels("hit")
        self.document_misses = documents.labels("miss")
        self.refused = Counter(
            "hanse_refused", "Requests that ran nothing, by error code.", ["code"], registry=self.registry
        )
        self.fetches = Counter(
            "hanse_fetches", "Requests to subgraphs by outcome.", ["subgraph", "outcome"], registry=self.registry
        )
        self.fetch_seconds = Histogram(
            "hanse_fetch_seconds",
            "Time of a request to a subgraph.",
            ["subgraph"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.subscriptions = Gauge("hanse_subscriptions", "Subscriptions that run now.", registry=self.registry)
        self.sockets = Gauge("hanse_websockets", "WebSocket connections open now.", registry=self.registry)
        self.reloads = Counter("hanse_reloads", "Reloads of the supergraph.", ["outcome"], registry=self.registry)

    def count_request(self, transport: str, status: int, seconds: float) -> None:
        """One client request is answered."""
        key = (transport, status)
        child = self._request_children.get(key)
        if child is None:
            child = self._request_children[key] = self._requests.labels(transport, str(status))
        child.inc()
        self.seconds.observe(seconds)

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


class MeasuredTransport:
    """A transport whose requests are counted and timed."""

    def __init__(self, transport: Transport, subgraph: str, metrics: Metrics) -> None:
        self._transport = transport
        self._seconds = metrics.fetch_seconds.labels(subgraph)
        self._ok = metrics.fetches.labels(subgraph, "ok")
        self._failed = metrics.fetches.labels(subgraph, "failed")

    async def send(self, request: SubgraphRequest) -> bytes:
        """See Transport."""
        began = time.perf_counter()
        try:
            reply = await self._transport.send(request)
        except TransportError:
            self._failed.inc()
            raise
        finally:
            self._seconds.observe(time.perf_counter() - began)
        self._ok.inc()
        return reply

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """See Transport."""
        events = self._transport.stream(request)
        try:
            async with aclosing(events):  # type: ignore[type-var]
                async for event in events:
                    yield event
        except TransportError:
            self._failed.inc()
            raise
        self._ok.inc()

    async def close(self) -> None:
        """See Transport."""
        await self._transport.close()
