"""One run of the fuzzer: what it sends, and what counts as a fault."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema

from hanse_wire.garbage import collect_old, resident_bytes
from tests.fuzz.mutate import damage_bytes, damage_json, encode, headers
from tests.fuzz.operations import INTROSPECTION, Operation, OperationFuzzer
from tests.fuzz.stalls import Stall, WatchingProbe
from tests.fuzz.values import Values
from tests.fuzz.world import Answer, Unanswered, World

CALLERS = ("anonymous", "user", "admin")
IN_FLIGHT = 32
PAUSES = 15  # in a run: moments without requests, at which memory is measured
MAX_GROWTH = 0.2  # of the memory after warm-up, a third of the requests
SHOW_SECONDS = 10.0
_SUBGRAPH_CODES = ("SUBGRAPH_",)  # the beginnings of codes of errors that a subgraph causes
_LOST_TOKEN = frozenset({"UNAUTHENTICATED"})


@dataclass(frozen=True)
class Fault:
    """A request that was not answered as it should be."""

    kind: str
    request: str
    answer: str


@dataclass
class Report:
    """What a run has sent, and how much it has found."""

    seed: int
    requests: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    longest_stall: float = 0.0  # seconds of processor time
    stalls: int = 0  # above the limit
    memory: list[tuple[int, float]] = field(default_factory=list)  # after so many requests, in MB
    seconds: float = 0.0

    @property
    def memory_after_warm_up(self) -> float:
        """The memory after a third of the requests, in MB."""
        third = self.requests / 3
        return next((size for count, size in self.memory if count >= third), 0.0)

    @property
    def growth(self) -> float:
        """How much more memory was used at the end than after a third of the requests, in MB."""
        return self.memory[-1][1] - self.memory_after_warm_up if self.memory else 0.0

    @property
    def memory_grows(self) -> bool:
        """Whether memory kept growing after warm-up."""
        return self.growth > MAX_GROWTH * self.memory_after_warm_up


class Run:
    """Sends requests of every kind, some at the same time, and looks at each answer."""

    def __init__(
        self,
        world: World,
        schema: GraphQLSchema,
        seed: int,
        progress: Callable[[Report], None],
        found: Callable[[Fault | Stall], None],
    ) -> None:
        """`progress` is called now and then, `found` with each fault and each stall above the limit as it occurs."""
        self._world = world
        self._rng = random.Random(seed)
        self._values = Values(self._rng)
        self._operations = OperationFuzzer(schema, self._values)
        self._progress = progress
        self._found = found
        self._probe = WatchingProbe(self._stalled)
        self._in_flight: dict[int, str] = {}
        self._shown = 0.0
        self.report = Report(seed)

    async def send(self, count: int) -> Report:
        """Send so many requests. At some moments none is in flight: memory is measured then."""
        started = self._shown = time.monotonic()
        for pause in range(1, PAUSES + 1):
            self._probe.start()
            try:
                await asyncio.gather(*(self._send_all(slot, count * pause // PAUSES) for slot in range(IN_FLIGHT)))
            finally:
                self._probe.stop()
            collect_old()  # as a server does when it is idle
            self.report.memory.append((self.report.requests, resident_bytes() / 1e6))
        self.report.longest_stall = self._probe.longest
        self.report.seconds = time.monotonic() - started
        return self.report

    async def _send_all(self, slot: int, count: int) -> None:
        """Send one request after the other until there were so many; an answer may take seconds, by intent."""
        while self.report.requests < count:
            await self._one(slot)
            if time.monotonic() - self._shown > SHOW_SECONDS:
                self._shown = time.monotonic()
                self._progress(self.report)

    def _stalled(self, stall: Stall) -> None:
        self.report.stalls += 1
        stall.in_flight = [request[:2_000] for request in self._in_flight.values()]
        self._found(stall)

    async def _one(self, slot: int) -> None:
        rng = self._rng
        caller = rng.choice(CALLERS)
        kind = rng.choices(("operation", "bytes", "json", "get", "websocket", "introspection"), (70, 10, 8, 4, 7, 1))[0]
        self.report.requests += 1
        self.report.by_kind[f"{kind}, {caller}"] += 1
        try:
            if kind == "websocket":
                await self._websocket(slot, caller)
            else:
                await self._http(slot, caller, kind)
        finally:
            self._in_flight.pop(slot, None)

    async def _http(self, slot: int, caller: str, kind: str) -> None:
        operation = self._operations.operation(streams=self._rng.random() < 0.02)
        if kind == "introspection":
            operation = Operation(self._rng.choice(INTROSPECTION), {}, "query")
        sent = self._headers(caller)
        request: dict[str, Any] = {"query": operation.query, "variables": operation.variables}
        if kind == "get":
            parameters = {"query": operation.query, "variables": json.dumps(operation.variables)}
            sent.pop("content-type", None)
            self._note(slot, "GET", caller, sent, json.dumps(parameters))
            await self._checked(slot, caller, self._world.get(parameters, sent))
            return
        body = encode(damage_json(request, self._values) if kind == "json" else request)
        if kind == "bytes":
            body = damage_bytes(body, self._rng)
        self._note(slot, "POST", caller, sent, body.decode("latin-1"))
        await self._checked(slot, caller, self._world.post(body, sent))

    def _headers(self, caller: str) -> dict[str, str]:
        token = self._world.tokens[caller]
        authorization = {"authorization": f"Bearer {token}"} if token else {}
        return {**authorization, **headers(self._rng)}

    def _note(self, slot: int, *parts: object) -> None:
        self._in_flight[slot] = " ".join(map(str, parts))

    async def _checked(self, slot: int, caller: str, sending: Any) -> None:
        try:
            answer: Answer = await sending
        except Unanswered:
            self._fault("no answer", slot, "")
            return
        self.report.statuses[answer.status] += 1
        response: Any = None
        with contextlib.suppress(ValueError):
            response = json.loads(answer.body)
        if isinstance(response, dict):
            await self._look_at(slot, caller, response)
            self._values.learn(response.get("data"))
        if answer.status >= 500 and not self._is_of_subgraph(response):
            self._fault(f"status {answer.status}", slot, answer.body.decode("utf-8", "replace"))

    async def _look_at(self, slot: int, caller: str, response: dict[str, Any]) -> None:
        """Count the codes of a response, and see what must not be there."""
        errors = response.get("errors") or []
        codes = {str((error.get("extensions") or {}).get("code")) for error in errors if isinstance(error, dict)}
        self.report.codes.update(codes)
        if "INTERNAL_SERVER_ERROR" in codes:
            self._fault("INTERNAL_SERVER_ERROR", slot, json.dumps(errors))
        if codes & _LOST_TOKEN and caller != "anonymous" and self._rng.random() < 0.2:
            await self._world.renew(caller)

    @staticmethod
    def _is_of_subgraph(response: Any) -> bool:
        errors = response.get("errors") if isinstance(response, dict) else None
        codes = [str((error.get("extensions") or {}).get("code")) for error in errors or []]
        return bool(codes) and all(code.startswith(_SUBGRAPH_CODES) for code in codes)

    async def _websocket(self, slot: int, caller: str) -> None:
        rng = self._rng
        token = self._world.tokens[caller]
        init = {"Authorization": f"Bearer {token}"} if token and rng.random() < 0.9 else self._values.anything()
        messages: list[Any] = [{"type": "connection_init", "payload": init}]
        for number in range(rng.randint(1, 4)):
            operation = self._operations.operation(streams=True)
            request = {"query": operation.query, "variables": operation.variables}
            payload = damage_json(request, self._values) if rng.random() < 0.2 else request
            messages.append({"id": str(number % 3), "type": "subscribe", "payload": payload})
            if rng.random() < 0.3:
                kind = rng.choice(("complete", "ping", "pong", "next", "connection_init", "stop"))
                messages.append({"id": str(number), "type": kind, "payload": self._values.anything()})
        encoded: list[str | bytes] = []
        for message in messages:
            text = encode(message)
            if rng.random() < 0.1:
                text = damage_bytes(text, rng)
            encoded.append(text if rng.random() < 0.03 else text.decode("latin-1"))
        self._note(slot, "WEBSOCKET", caller, encoded)
        try:
            sent = await self._world.connect(encoded, {})
        except Unanswered:
            self._fault("no answer", slot, "")
            return
        for message in sent:
            if message.get("code") == 1011 or "INTERNAL_SERVER_ERROR" in str(message.get("text")):
                self._fault("a fault on WebSocket", slot, str(message))

    def _fault(self, kind: str, slot: int, answer: str) -> None:
        self.report.faults += 1
        self._found(Fault(kind, self._in_flight.get(slot, "")[:50_000], answer[:5_000]))
