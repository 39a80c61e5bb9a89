"""The transports to the subgraphs of the current supergraph. A reload keeps those that it does not change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from hanse_router.settings import RouterSettings
from hanse_router.settings_transport import SubgraphRules
from hanse_router.telemetry.fetch_tracing import FetchTracing
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports import LocalEndpoint, Transport, TransportOptions, make_transport
from hanse_router.transports.options import CircuitOptions
from hanse_router.transports.tls import tls_context
from hanse_wire.settings import SettingsError

GRACE_SECONDS = 60.0  # requests in flight to a subgraph that was removed may take this long


class SubgraphTransports:
    """Creates and closes transports, by subgraph name and URL."""

    def __init__(
        self,
        settings: RouterSettings,
        endpoints: Mapping[str, LocalEndpoint],
        metrics: Metrics,
        tracing: FetchTracing | None = None,
    ) -> None:
        """`endpoints` are the subgraphs in this process, by name. Raises SettingsError for invalid TLS files."""
        self._settings = settings
        files = settings.transport
        try:
            self._tls = tls_context(files.ca_file, files.client_certificate_file, files.client_key_file)
        except ValueError as error:
            raise SettingsError(f"settings transport.ca_file and transport.client_certificate_file: {error}") from error
        self._endpoints = endpoints
        self._metrics = metrics
        self._tracing = tracing
        self._open: dict[tuple[str, str], Transport] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def for_subgraphs(self, urls: Mapping[str, str]) -> dict[str, Transport]:
        """A transport for each subgraph name, given its routing URL. Raises SettingsError for an invalid URL."""
        return {name: self._transport(name, url) for name, url in urls.items()}

    def retire_all_but(self, current: Iterable[Mapping[str, Transport]]) -> None:
        """Close the transports that none of these uses, after a grace period."""
        used = {transport for transports in current for transport in transports.values()}
        for key, transport in list(self._open.items()):
            if transport not in used:
                del self._open[key]
                task = asyncio.get_running_loop().create_task(_close_later(transport))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close all transports now."""
        for task in list(self._closing):
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        await asyncio.gather(*(transport.close() for transport in self._open.values()), return_exceptions=True)
        self._open.clear()

    def _transport(self, name: str, routing_url: str) -> Transport:
        rules = self._settings.subgraphs.get(name, SubgraphRules())
        key = (name, rules.url or routing_url)
        if key not in self._open:
            self._open[key] = self._make(*key, rules)
        return self._open[key]

    def _make(self, name: str, url: str, rules: SubgraphRules) -> Transport:
        defaults = self._settings.transport
        circuit = defaults.circuit
        options = TransportOptions(
            timeout=rules.timeout_seconds or defaults.timeout_seconds,
            retries=defaults.retries if rules.retries is None else rules.retries,
            retry_timeouts=defaults.retry_timeouts,
            max_response_bytes=defaults.max_response_bytes,
            max_subscriptions=defaults.max_subscriptions,
            redirects=defaults.redirects,
            max_connections=defaults.max_connections,
            connect_timeout=defaults.connect_seconds,
            circuit=CircuitOptions(**circuit.model_dump()) if circuit.failure_ratio else None,
            deduplicate=defaults.share_requests,
            proxy=defaults.proxy,
            tls=self._tls,
            subscription_url=rules.subscription_url,
        )
        # A subgraph in this process is called directly, unless the settings have another URL for it.
        endpoint = None if rules.url else self._endpoints.get(name)
        try:
            return make_transport(
                url, options, subgraph=name, endpoint=endpoint, metrics=self._metrics, tracing=self._tracing
            )
        except ValueError as error:
            raise SettingsError(f"subgraph {name} cannot be reached: {error}; set subgraphs.{name}.url") from error


async def _close_later(transport: Transport) -> None:
    try:
        await asyncio.sleep(GRACE_SECONDS)
    finally:
        await transport.close()
