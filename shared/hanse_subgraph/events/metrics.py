"""What a subgraph's `/metrics` tells of its events and its replica, in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hanse_subgraph.events.counters import EventCounters

CONTENT_TYPE = CONTENT_TYPE_LATEST
COUNTED = {
    "relayed": "Events moved from the outbox to the event log.",
    "refused": "Events that the event log would not take; they are offered again.",
    "handled": "Events whose effect is in the database.",
    "repeated": "Events that came again, and had no effect.",
    "retried": "Further attempts at events that failed.",
    "buried": "Events that became dead letters.",
}


def exposition(
    subgraph: str,
    counters: EventCounters,
    waiting: int | None,
    lag: Mapping[str, int] | None,
    replica: bool | None = None,
) -> bytes:
    """The metrics. `waiting` and `lag`, by part of the log, are left out where they could not be found in time.

    `replica` is whether there is one that answers.
    """
    registry = CollectorRegistry()
    registry.register(_Found(_families(subgraph, counters, waiting, lag, replica)))
    return generate_latest(registry)


def _families(
    subgraph: str, counters: EventCounters, waiting: int | None, lag: Mapping[str, int] | None, replica: bool | None
) -> Iterable[Metric]:
    for name, count in asdict(counters).items():
        counter = CounterMetricFamily(f"hanse_events_{name}", COUNTED[name], labels=["subgraph"])
        counter.add_metric([subgraph], count)
        yield counter
    if waiting is not None:
        gauge = GaugeMetricFamily(
            "hanse_outbox_waiting", "Events that are not in the event log yet.", labels=["subgraph"]
        )
        gauge.add_metric([subgraph], waiting)
        yield gauge
    if replica is not None:
        gauge = GaugeMetricFamily(
            "hanse_replica_available", "1 where the replica answers queries, else 0.", labels=["subgraph"]
        )
        gauge.add_metric([subgraph], replica)
        yield gauge
    if lag is not None:
        gauge = GaugeMetricFamily(
            "hanse_consumer_lag",
            "Events that the consumer has not done, in all its processes together, by part of the log.",
            labels=["consumer", "part"],
        )
        for part, behind in lag.items():
            gauge.add_metric([subgraph, part], behind)
        yield gauge


class _Found(Collector):
    """Metrics that were found before."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families
