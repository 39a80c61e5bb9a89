"""The parts that a router needs of a registry, made from its settings."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from hanse_router.registry.acceptance import Acceptance
from hanse_router.registry.address import SupergraphUrl
from hanse_router.registry.client import RegistryClient
from hanse_router.registry.followed import FollowedSupergraph, RegistrySource, Serve
from hanse_router.registry.metrics import UsageMetrics
from hanse_router.registry.poll import SupergraphPoller
from hanse_router.registry.usage_counter import UsageCounter
from hanse_router.registry.usage_reporter import UsageReporter
from hanse_router.settings import RouterSettings
from hanse_router.transports.tls import tls_context
from hanse_wire.settings import SettingsError


class RegistryAccess:
    """What a router has of a registry: its client, and what uses it. Without a URL and reports, it does nothing."""

    def __init__(self, settings: RouterSettings, url: str | None, metrics: CollectorRegistry) -> None:
        """`url` is that of the supergraph. Raises SettingsError where the URL or a setting does not fit."""
        self._settings = settings
        self._metrics = metrics
        self._url = SupergraphUrl.parse(url) if url is not None else None
        self._client = RegistryClient(settings.supergraph, tls_context(settings.transport.ca_file, None, None))
        self._source: RegistrySource | None = None
        self._followed: FollowedSupergraph | None = None
        self._reporter = self._make_reporter()

    @property
    def serves_branches(self) -> bool:
        """Whether requests can ask for feature branches. Raises SettingsError where there is no registry for them."""
        if not self._settings.branches.chosen_by:
            return False
        if self._url is None or self._url.base is None:
            raise SettingsError("setting branches.header: feature branches need a registry's URL as --supergraph")
        return True

    @property
    def usage(self) -> UsageCounter | None:
        """What counts operations; None where usage is not reported."""
        return self._reporter.counter if self._reporter is not None else None

    def poller(self, serve: Serve) -> SupergraphPoller | None:
        """What keeps the supergraph of the URL in service; None without a URL. Raises SettingsError."""
        if self._url is None:
            return None
        acceptance = Acceptance.of(self._settings.supergraph, self._url.graph, self._url.variant)
        self._source = RegistrySource(self._client, acceptance)
        self._followed = FollowedSupergraph(self._source, self._url.url, serve)
        return SupergraphPoller(self._settings.supergraph, self._followed, self._metrics)

    def follow_branch(self, name: str, serve: Serve) -> FollowedSupergraph:
        """The supergraph of a feature branch."""
        assert self._url is not None
        assert self._source is not None
        return FollowedSupergraph(self._source, self._url.of_branch(name), serve, name)

    async def start(self) -> None:
        """Begin to report usage."""
        if self._reporter is not None:
            await self._reporter.start()

    async def stop(self) -> None:
        """Send the last report, and close the connection."""
        if self._reporter is not None:
            await self._reporter.stop()
        await self._client.close()

    def _make_reporter(self) -> UsageReporter | None:
        settings = self._settings.usage
        if not settings.enabled:
            return None
        url = settings.url or (self._url.usage if self._url is not None else None)
        if url is None:
            raise SettingsError("setting usage.url: needed with usage.enabled, since --supergraph is no registry's URL")
        metrics = UsageMetrics(self._metrics)
        return UsageReporter(settings, self._client, url, version=self._version, metrics=metrics)

    def _version(self) -> int | None:
        served = self._followed.served if self._followed is not None else None
        return served.version if served is not None else None
