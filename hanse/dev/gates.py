"""The way of each request from the router of `hanse dev` to a subgraph."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

import orjson

from hanse_router.operation_kind import OperationKind
from hanse_router.settings import RouterSettings
from hanse_router.settings_transport import SubgraphRules
from hanse_router.subgraph_transports import SubgraphTransports
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports import LocalEndpoint
from hanse_router.transports.errors import SubgraphUnreachable
from hanse_router.transports.protocol import FileAt, SubgraphRequest
from hanse_wire.request_id import request_id


class Gates(Mapping[str, LocalEndpoint]):
    """The endpoints of all subgraphs, for the router; a new one for each new name."""

    def __init__(self, settings: RouterSettings) -> None:
        """`settings` are the router's, with the URLs that replace routing URLs. Raises SettingsError."""
        self._network = SubgraphTransports(settings, {}, Metrics())
        self._gates: dict[str, Gate] = {}

    def __getitem__(self, name: str) -> Gate:
        if name not in self._gates:
            self._gates[name] = Gate(name, self._network)
        return self._gates[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._gates)

    def __len__(self) -> int:
        return len(self._gates)

    def set_urls(self, urls: Mapping[str, str]) -> None:
        """The routing URLs from now on, by subgraph name."""
        for name, url in urls.items():
            self[name].url = url

    async def close(self) -> None:
        """Close every connection."""
        await self._network.close()


class Gate:
    """The endpoint of one subgraph. `down` is why it is unavailable, as far as this process knows."""

    def __init__(self, name: str, network: SubgraphTransports) -> None:
        self.url = ""
        self.down = ""
        self._name = name
        self._network = network

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """The HTTP status and the body of the response. Raises TransportError."""
        if self.down:
            raise SubgraphUnreachable(self.down)
        request = SubgraphRequest(body, _kind(body), headers, files, request_id.get().encode("ascii"))
        transport = self._network.for_subgraphs({self._name: self.url})[self._name]
        return 200, await transport.send(request)

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The events of a subscription. Raises TransportError."""
        if self.down:
            raise SubgraphUnreachable(self.down)
        request = SubgraphRequest(body, OperationKind.SUBSCRIPTION, headers, (), request_id.get().encode("ascii"))
        transport = self._network.for_subgraphs({self._name: self.url})[self._name]
        async for event in transport.stream(request):
            yield event


def without_urls(settings: RouterSettings) -> RouterSettings:
    """The settings with every subgraph at its routing URL: gates know the other URLs."""
    rules = {name: _without_url(one) for name, one in settings.subgraphs.items()}
    return settings.model_copy(update={"subgraphs": rules})


def _without_url(rules: SubgraphRules) -> SubgraphRules:
    return rules.model_copy(update={"url": None})


def _kind(body: bytes) -> OperationKind:
    query = str(orjson.loads(body).get("query", ""))
    return OperationKind.MUTATION if query.lstrip().startswith("mutation") else OperationKind.QUERY
