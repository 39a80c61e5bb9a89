"""The loop of `hanse dev`: what is known of the subgraphs, one composition after each change, one supergraph served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hanse.dev.events import Place, Problem, Refused, Repairs, Report, Serving, Unchanged
from hanse.diagnostic_text import Source, diagnostic_text
from hanse.repairs import repair_lines
from hanse_schema.checks.repair import repairs_for
from hanse_schema.compose import Composition, IngestCache, compose
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.supergraph import InvalidSupergraphError
from hanse_wire.settings import SettingsError

MAX_REPAIRED = 50  # subgraphs: a repair of more takes long, and slows the next composition
GATHER_SECONDS = 0.01  # changes that come together are composed together


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSubgraph:
    """A subgraph whose SDL is known: `origin` is the file or URL that it comes from."""

    name: str
    sdl: str
    url: str
    origin: str


Serve: TypeAlias = Callable[[str, Sequence[KnownSubgraph]], Awaitable[None]]


class Session:
    """Composes and serves. Feeds call `put` and `drop`; `run` does the rest."""

    def __init__(self, serve: Serve, order: Callable[[], Sequence[str]], report: Report) -> None:
        """`serve` puts a supergraph in service, with its subgraphs; it raises InvalidSupergraphError or
        SettingsError when it cannot.

        `order` has the names of all subgraphs, as the user lists them.
        """
        self._serve = serve
        self._order = order
        self._report = report
        self._subgraphs: dict[str, KnownSubgraph] = {}
        self._changed: dict[str, float] = {}  # when each subgraph changed, in seconds since the epoch
        self._wake = asyncio.Event()
        self._cache = IngestCache()
        self._served = ""
        self._repairing: asyncio.Task[None] | None = None
        self.number = 0

    def put(self, subgraph: KnownSubgraph, *, at: float | None = None) -> None:
        """A subgraph is new, or has changed at a moment (default: now)."""
        if self._subgraphs.get(subgraph.name) == subgraph:
            return
        self._subgraphs[subgraph.name] = subgraph
        self._note(subgraph.name, at)

    def drop(self, name: str) -> None:
        """A subgraph does not exist any more."""
        if self._subgraphs.pop(name, None) is not None:
            self._note(name, None)

    def known(self, name: str) -> KnownSubgraph | None:
        """What is known of a subgraph."""
        return self._subgraphs.get(name)

    def _note(self, name: str, at: float | None) -> None:
        self._changed[name] = time.time() if at is None else at
        self._wake.set()

    async def run(self) -> None:
        """Compose after each change, for ever. Call it when what is known at the beginning has been put."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._wake.clear()
            changed, self._changed = self._changed, {}
            await self._compose(changed)

    async def _compose(self, changed: dict[str, float]) -> None:
        subgraphs = self._ordered()
        if self._repairing is not None:
            self._repairing.cancel()  # of errors that may be gone
        names = tuple(sorted(changed))
        start = time.perf_counter()
        composition = await asyncio.to_thread(compose, _sources(subgraphs), self._cache)
        composed = time.perf_counter()
        if composition.sdl is None:
            self._refuse(names, subgraphs, composition.errors)
            self._repairing = asyncio.create_task(self._repair(subgraphs, composition))
            return
        if composition.sdl == self._served:
            self._report(Unchanged(number=self.number, changed=names))
            return
        try:
            await self._serve(composition.sdl, subgraphs)
        except (InvalidSupergraphError, SettingsError) as error:
            problem = Problem(code="SUPERGRAPH_REFUSED", message=str(error), shown=f"error: {error}")
            self._report(Refused(number=self.number, changed=names, problems=(problem,)))
            return
        self._served = composition.sdl
        self.number += 1
        self._report(
            Serving(
                number=self.number,
                changed=names,
                compose_ms=_ms(composed - start),
                reload_ms=_ms(time.perf_counter() - composed),
                total_ms=_ms(time.time() - min(changed.values())),
            )
        )

    def _ordered(self) -> list[KnownSubgraph]:
        ranks = {name: rank for rank, name in enumerate(self._order())}
        return sorted(self._subgraphs.values(), key=lambda one: (ranks.get(one.name, len(ranks)), one.name))

    def _refuse(self, changed: tuple[str, ...], subgraphs: list[KnownSubgraph], errors: tuple[Diagnostic, ...]) -> None:
        sources = {one.name: Source(one.origin, one.sdl) for one in subgraphs}
        problems = tuple(_problem(error, sources) for error in errors)
        self._report(Refused(number=self.number, changed=changed, problems=problems))

    async def _repair(self, subgraphs: list[KnownSubgraph], composition: Composition) -> None:
        """Report how the errors can be repaired. Repairs are verified by composition, so that they come later."""
        if len(subgraphs) > MAX_REPAIRED:
            return
        repairs = await asyncio.to_thread(repairs_for, _sources(subgraphs), composition)
        titles = tuple(line.strip() for repair in repairs for line in repair_lines(repair))
        if titles:
            self._report(Repairs(repairs=titles))


def _sources(subgraphs: list[KnownSubgraph]) -> list[SubgraphSource]:
    return [SubgraphSource(name=one.name, url=one.url, sdl=one.sdl) for one in subgraphs]


def _problem(diagnostic: Diagnostic, sources: dict[str, Source]) -> Problem:
    places = tuple(
        Place(
            origin=sources[location.subgraph].origin if location.subgraph in sources else location.subgraph,
            subgraph=location.subgraph,
            line=location.line,
            column=location.column,
        )
        for location in diagnostic.locations
    )
    return Problem(
        code=diagnostic.code, message=diagnostic.message, places=places, shown=diagnostic_text(diagnostic, sources)
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
