"""The ways to the subgraphs of the supergraph in service; those that a reload leaves as they are stay open."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hanse_router.settings import RouterSettings, SubgraphRules
from hanse_router.telemetry.measured import MeasuredTransport
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports import LocalEndpoint, SharingTransport, Transport, TransportOptions, make_transport
from hanse_router.transports.tls import tls_context
from hanse_wire.settings import SettingsError

if TYPE_CHECKING:
    from hanse_router.telemetry.spans import Spans

GRACE_SECONDS = 60.0  # what runs over a subgraph that is gone may go on so long


class SubgraphTransports:
    """Makes, keeps and closes transports, by subgraph name and URL."""

    def __init__(
        self,
        settings: RouterSettings,
        endpoints: Mapping[str, LocalEndpoint],
        metrics: Metrics,
        spans: Spans | None = None,
    ) -> None:
        """Raises SettingsError where a file of TLS cannot be used."""
        self._settings = settings
        files = settings.transport
        try:
            self._tls = tls_context(files.ca_file, files.client_certificate_file, files.client_key_file)
        except ValueError as error:
            raise SettingsError(f"settings transport.ca_file and transport.client_certificate_file: {error}") from error
        self._endpoints = endpoints
        self._metrics = metrics
        self._spans = spans
        self._open: dict[tuple[str, str], Transport] = {}
        self._retiring: set[asyncio.Task[None]] = set()

    def for_subgraphs(self, urls: Mapping[str, str]) -> dict[str, Transport]:
        """A transport for each subgraph name, given its routing URL."""
        return {name: self._transport(name, url) for name, url in urls.items()}

    def retire_all_but(self, kept: Mapping[str, Transport]) -> None:
        """Close the others, when what runs over them had its time."""
        for key, transport in list(self._open.items()):
            if kept.get(key[0]) is not transport:
                del self._open[key]
                task = asyncio.get_running_loop().create_task(_close_later(transport))
                self._retiring.add(task)
                task.add_done_callback(self._retiring.discard)

    async def close(self) -> None:
        """Close them all."""
        for task in list(self._retiring):
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        await asyncio.gather(*(transport.close() for transport in self._open.values()), return_exceptions=True)
        self._open.clear()

    def _transport(self, name: str, routing_url: str) -> Transport:
        rules = self._settings.subgraphs.get(name, SubgraphRules())
        key = (name, rules.url or routing_url)
        if key not in self._open:
            transport: Transport = MeasuredTransport(self._make(*key, rules), name, self._metrics)
            if self._spans is not None:
                transport = self._spans.traced(transport, name)
            if self._settings.transport.share_requests:
                transport = SharingTransport(transport)
            self._open[key] = transport
        return self._open[key]

    def _make(self, name: str, url: str, rules: SubgraphRules) -> Transport:
        for_all = self._settings.transport
        options = TransportOptions(
            timeout=rules.timeout_seconds or for_all.timeout_seconds,
            retries=for_all.retries if rules.retries is None else rules.retries,
            max_connections=for_all.max_connections,
            connect_timeout=for_all.connect_seconds,
            failures_to_open=for_all.failures_to_open,
            open_seconds=for_all.open_seconds,
            proxy=for_all.proxy,
            tls=self._tls,
            subscription_url=rules.subscription_url,
        )
        try:
            # A subgraph of this process is called directly, unless the settings send its requests elsewhere.
            return make_transport(url, options, endpoint=None if rules.url else self._endpoints.get(name))
        except ValueError as error:
            raise SettingsError(f"subgraph {name} cannot be reached: {error}; set subgraphs.{name}.url") from error


async def _close_later(transport: Transport) -> None:
    try:
        await asyncio.sleep(GRACE_SECONDS)
    finally:
        await transport.close()
