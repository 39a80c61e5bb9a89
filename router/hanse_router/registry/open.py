"""The parts that a router needs of a registry, made from its settings."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from hanse_router.registry.acceptance import Acceptance
from hanse_router.registry.address import SupergraphUrl
from hanse_router.registry.client import RegistryClient
from hanse_router.registry.followed import FollowedSupergraph, RegistrySource, Serve
from hanse_router.registry.poll import SupergraphPoller
from hanse_router.settings import RouterSettings
from hanse_router.transports.tls import tls_context


class RegistryAccess:
    """The registry of one URL: its client, and which of its supergraphs are accepted."""

    def __init__(self, settings: RouterSettings, url: str) -> None:
        """Raises SettingsError where the URL or a setting does not fit."""
        self._settings = settings
        self.url = SupergraphUrl.parse(url)
        acceptance = Acceptance.of(settings.supergraph, self.url.graph, self.url.variant)
        self.client = RegistryClient(settings.supergraph, tls_context(settings.transport.ca_file, None, None))
        self.source = RegistrySource(self.client, acceptance)

    def poller(self, serve: Serve, registry: CollectorRegistry) -> SupergraphPoller:
        """What keeps the variant's supergraph in service."""
        followed = FollowedSupergraph(self.source, self.url.url, serve)
        return SupergraphPoller(self._settings.supergraph, followed, registry)
