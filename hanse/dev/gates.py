"""The way of each request from the router of `hanse dev`: to the subgraph, to its mock, or to recorded traffic."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import orjson

from hanse.dev.events import Report, Subgraph
from hanse.dev.mock_values import ValuesFile
from hanse.dev.session import KnownSubgraph
from hanse.dev.traffic import Events, Traffic
from hanse.mocks import MockSubgraph, MockValues
from hanse_router.operation_kind import OperationKind
from hanse_router.settings import RouterSettings
from hanse_router.settings_transport import SubgraphRules
from hanse_router.subgraph_transports import SubgraphTransports
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports import LocalEndpoint
from hanse_router.transports.errors import SubgraphTimeout, SubgraphUnreachable, TransportError
from hanse_router.transports.protocol import FileAt, SubgraphRequest, Transport
from hanse_wire.request_id import request_id
from hanse_wire.settings import SettingsError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """Where requests go: `mocked` subgraphs, and with `mock_unavailable` those that do not respond, to mocks.

    `record` and `replay` are folders of traffic. `values` are the mocks' chosen values.
    """

    mocked: frozenset[str] = frozenset()
    mock_unavailable: bool = False
    values: ValuesFile | None = None
    record: Path | None = None
    replay: Path | None = None


class Gates(Mapping[str, LocalEndpoint]):
    """The endpoints of all subgraphs, for the router; a new one for each new name."""

    def __init__(self, settings: RouterSettings, rules: GateRules, report: Report) -> None:
        """`settings` are the router's, with the URLs that replace routing URLs. Raises SettingsError."""
        self.rules = rules
        self._network = SubgraphTransports(settings, {}, Metrics())
        self._report = report
        self._urls = {name: one.url for name, one in settings.subgraphs.items()}
        self._gates: dict[str, Gate] = {}

    def __getitem__(self, name: str) -> Gate:
        if name not in self._gates:
            self._gates[name] = Gate(name, self.rules, self._network, self._report)
        return self._gates[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._gates)

    def __len__(self) -> int:
        return len(self._gates)

    def needs_url(self, name: str) -> bool:
        """Whether a subgraph can only be reached at its routing URL: no setting, mock or recording is in its place."""
        return self[name].needs_subgraph and not self.rules.mock_unavailable and self._urls.get(name) is None

    async def adopt(self, subgraphs: Iterable[KnownSubgraph]) -> None:
        """The subgraphs of the supergraph that is served: their URLs and SDL from now on."""
        for subgraph in subgraphs:
            self[subgraph.name].subgraph = subgraph
        for subgraph in subgraphs:
            await self[subgraph.name].record_schema()

    def recorded_schema(self, name: str) -> str | None:
        """The SDL of a subgraph in the traffic that is replayed; None when there is none."""
        return self[name].recorded_schema()

    async def close(self) -> None:
        """Close every connection."""
        await self._network.close()


class Gate:
    """The endpoint of one subgraph. `down` is why it is unavailable, as far as this process knows."""

    def __init__(self, name: str, rules: GateRules, network: SubgraphTransports, report: Report) -> None:
        self.subgraph = KnownSubgraph(name=name, sdl="", url="", origin="")
        self.down = ""
        self._name = name
        self._rules = rules
        self._network = network
        self._report = report
        self._record = None if rules.record is None else Traffic(rules.record, name)
        self._replay = None if rules.replay is None else Traffic(rules.replay, name)
        self._mock: tuple[str, MockValues | None, MockSubgraph] | None = None
        self._in_place = False  # of the subgraph, the mock answers

    @property
    def needs_subgraph(self) -> bool:
        """Whether requests go to the subgraph itself."""
        return self._replay is None and self._name not in self._rules.mocked

    async def handle(self, body: bytes, headers: Mapping[str, str], files: Sequence[FileAt] = ()) -> tuple[int, bytes]:
        """The HTTP status and the body of the response. Raises TransportError."""
        if self._replay is not None:
            return 200, await asyncio.to_thread(self._replay.reply, body)
        if self._name in self._rules.mocked:
            return 200, await asyncio.to_thread(self._mock_reply, body)
        request = SubgraphRequest(body, _kind(body), headers, files, request_id.get().encode("ascii"))
        try:
            reply = await self._transport().send(request)
        except TransportError as error:
            if not self._mocks_after(error):
                raise
            return 200, await asyncio.to_thread(self._mock_reply, body)
        self._answers()
        if self._record is not None:
            await self._write(self._record.record, body, reply)
        return 200, reply

    async def stream(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The events of a subscription. Raises TransportError."""
        async with aclosing(self._events(body, headers)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    def _events(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        if self._replay is not None:
            return _replayed(self._replay, body)
        if self._name in self._rules.mocked:
            return self._mocked().events(body)
        request = SubgraphRequest(body, OperationKind.SUBSCRIPTION, headers, (), request_id.get().encode("ascii"))
        events = self._transport().stream(request)
        return events if self._record is None else self._recorded(self._record, body, events)

    async def _recorded(self, traffic: Traffic, body: bytes, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The events, which are recorded when the subscription ends, by whomever."""
        kept = Events()
        try:
            async with aclosing(events):  # type: ignore[type-var]
                async for event in events:
                    kept.add(event)
                    yield event
            kept.end()
        finally:
            await self._write(traffic.record_events, body, kept)

    def recorded_schema(self) -> str | None:
        """The SDL in the traffic that is replayed; None when there is none."""
        return None if self._replay is None else self._replay.schema()

    async def record_schema(self) -> None:
        """Record the SDL, where traffic is recorded."""
        if self._record is not None and self.subgraph.sdl:
            await self._write(self._record.record_schema, self.subgraph.sdl)

    def _transport(self) -> Transport:
        if self.down:
            raise SubgraphUnreachable(self.down)
        try:
            return self._network.for_subgraphs({self._name: self.subgraph.url})[self._name]
        except SettingsError as error:  # no URL, or an invalid one
            raise SubgraphUnreachable(f"{error}, or its routing_url; or mock it") from error

    def _mock_reply(self, body: bytes) -> bytes:
        return self._mocked().execute(body)

    def _mocked(self) -> MockSubgraph:
        """The mock of the subgraph as its SDL is now, with the values as their file is now."""
        values = None if self._rules.values is None else self._rules.values.current()
        sdl = self.subgraph.sdl
        if self._mock is None or self._mock[:2] != (sdl, values):
            self._mock = (sdl, values, MockSubgraph(self._name, sdl, values))
        return self._mock[2]

    def _mocks_after(self, error: TransportError) -> bool:
        """Whether a mock answers after an error. Reports the first time."""
        unavailable = isinstance(error, SubgraphUnreachable | SubgraphTimeout) or error.retryable
        if not (self._rules.mock_unavailable and unavailable):
            return False
        if not self._in_place:
            self._in_place = True
            self._report(Subgraph(subgraph=self._name, state="mocked", detail=str(error)))
        return True

    def _answers(self) -> None:
        """The subgraph answers: report it after a mock did."""
        if self._in_place:
            self._in_place = False
            self._report(Subgraph(subgraph=self._name, state="available"))

    async def _write(self, write: Callable[..., None], *arguments: object) -> None:
        try:
            await asyncio.to_thread(write, *arguments)
        except OSError as error:
            log.error("traffic of %s was not recorded: %s", self._name, error)


async def _replayed(traffic: Traffic, body: bytes) -> AsyncIterator[bytes]:
    """The recorded events, without pauses. One that the subgraph did not end stays open."""
    events = await asyncio.to_thread(traffic.events, body)
    for event in events.bodies:
        yield event
    if not events.complete:
        await asyncio.get_running_loop().create_future()


def without_urls(settings: RouterSettings) -> RouterSettings:
    """The settings with every subgraph at its routing URL: gates know the other URLs."""
    rules = {name: _without_url(one) for name, one in settings.subgraphs.items()}
    return settings.model_copy(update={"subgraphs": rules})


def _without_url(rules: SubgraphRules) -> SubgraphRules:
    return rules.model_copy(update={"url": None})


def _kind(body: bytes) -> OperationKind:
    query = str(orjson.loads(body).get("query", ""))
    return OperationKind.MUTATION if query.lstrip().startswith("mutation") else OperationKind.QUERY
