"""Counters and histograms for one event loop: plain numbers, read by the Prometheus client on each scrape.

The client's own take locks and cost microseconds for each observation, which every fetch of every request would pay.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Count:
    """A number that only grows."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0

    def inc(self) -> None:
        """One more."""
        self.value += 1


class Distribution:
    """How often observed numbers fell between bounds, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, number: float) -> None:
        """One more."""
        self.counts[bisect_left(self.bounds, number)] += 1
        self.total += number


class CountSeries(Collector):
    """Counts by labels."""

    def __init__(self, registry: CollectorRegistry, name: str, meaning: str, labels: Sequence[str] = ()) -> None:
        self._name = name
        self._meaning = meaning
        self._labels = tuple(labels)
        self._counts: dict[tuple[str, ...], Count] = {}
        registry.register(self)

    def labels(self, *values: str) -> Count:
        """The count for these values of the labels. Keep it where it is used often."""
        count = self._counts.get(values)
        if count is None:
            count = self._counts[values] = Count()
        return count

    def describe(self) -> Iterator[Metric]:
        yield CounterMetricFamily(self._name, self._meaning, labels=self._labels)

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(self._name, self._meaning, labels=self._labels)
        for values, count in self._counts.items():
            family.add_metric(values, count.value)
        yield family


class HistogramSeries(Collector):
    """Numbers by labels, as a histogram; times in seconds unless other bounds are given."""

    def __init__(
        self,
        registry: CollectorRegistry,
        name: str,
        meaning: str,
        labels: Sequence[str] = (),
        *,
        bounds: Sequence[float] = SECONDS,
    ) -> None:
        self._name = name
        self._meaning = meaning
        self._labels = tuple(labels)
        self._bounds = bounds
        self._distributions: dict[tuple[str, ...], Distribution] = {}
        registry.register(self)

    def labels(self, *values: str) -> Distribution:
        """The distribution for these values of the labels. Keep it where it is used often."""
        found = self._distributions.get(values)
        if found is None:
            found = self._distributions[values] = Distribution(self._bounds)
        return found

    def describe(self) -> Iterator[Metric]:
        yield HistogramMetricFamily(self._name, self._meaning, labels=self._labels)

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(self._name, self._meaning, labels=self._labels)
        for values, found in self._distributions.items():
            below = 0
            buckets: list[tuple[str, float]] = []
            for bound, count in zip((*map(str, self._bounds), "+Inf"), found.counts, strict=True):
                below += count
                buckets.append((bound, below))
            family.add_metric(values, buckets, found.total)
        yield family
