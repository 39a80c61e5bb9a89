"""What the router counts of a registry: polls, feature branches, usage reports."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from hanse_router.telemetry.series import CountSeries


class SupergraphMetrics:
    """Polls of the supergraph."""

    def __init__(self, registry: CollectorRegistry) -> None:
        polls = CountSeries(
            registry,
            "hanse_supergraph_polls",
            "Polls of the supergraph: new, unchanged, unavailable (no usable response), or refused.",
            ("outcome",),
        )
        self.new, self.unchanged, self.unavailable, self.refused = (
            polls.labels(outcome) for outcome in ("new", "unchanged", "unavailable", "refused")
        )
        self.version = Gauge(
            "hanse_supergraph_version", "Version of the supergraph in service; 0: it has none.", registry=registry
        )
        self.age = Gauge(
            "hanse_supergraph_poll_age_seconds", "Time since the last successful poll of the supergraph.",
            registry=registry,
        )  # fmt: skip
        self.from_copy = Gauge(
            "hanse_supergraph_from_copy",
            "Whether the supergraph in service is the copy on disk, and was not confirmed since the start.",
            registry=registry,
        )


class BranchMetrics:
    """Feature branches."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.served = Gauge("hanse_branches", "Feature branches that are served now.", registry=registry)


class UsageMetrics:
    """Usage reports."""

    def __init__(self, registry: CollectorRegistry) -> None:
        reports = CountSeries(
            registry, "hanse_usage_reports", "Usage reports: sent, failed (retried), or refused.", ("outcome",)
        )
        self.sent, self.failed, self.refused = (reports.labels(outcome) for outcome in ("sent", "failed", "refused"))
        self.dropped = CountSeries(
            registry, "hanse_usage_dropped", "Operations that no usage report counts, since memory or time was short."
        ).labels()
