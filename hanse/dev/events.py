"""What `hanse dev` reports, one class per event: text for people, or one JSON object a line for tools."""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import click

from hanse.colours import has_colours


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(ABC):
    """Something that a developer should know."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def text(self) -> str:
        """The event in one or more lines, with colours."""

    @property
    def values(self) -> dict[str, Any]:
        """The event as values of JSON's types."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening(Event):
    """The router listens. It answers from the first supergraph on."""

    name = "listening"
    url: str
    graphql: str

    @property
    def text(self) -> str:
        return f"router on {self.graphql} (GraphiQL: {self.url}/); Ctrl-C stops it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving(Event):
    """The router serves a new supergraph. Times are in milliseconds; `total` is since the change."""

    name = "serving"
    number: int
    changed: tuple[str, ...]
    compose_ms: float
    reload_ms: float
    total_ms: float

    @property
    def text(self) -> str:
        return (
            f"supergraph {self.number} ({', '.join(self.changed)}): composed in {self.compose_ms:.0f} ms, "
            f"served {self.total_ms:.0f} ms after the change"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged(Event):
    """The subgraphs compose to the supergraph that is served."""

    name = "unchanged"
    number: int
    changed: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"supergraph {self.number} is unchanged ({', '.join(self.changed)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a file or in the SDL of a URL. Lines and columns count from 1; 0 if unknown."""

    origin: str
    subgraph: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A diagnostic: its code, its message, and its places; `shown` is the text with the source lines, in colours."""

    code: str
    message: str
    places: tuple[Place, ...] = ()
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Event):
    """The subgraphs do not compose. The router still serves supergraph `number`; 0: it has none yet."""

    name = "refused"
    number: int
    changed: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        state = f"still serving supergraph {self.number}" if self.number else "no supergraph is served yet"
        count = len(self.problems)
        found = f"{count} error{'s' if count > 1 else ''} ({', '.join(self.changed)}); {state}"
        return "\n".join([*(problem.shown for problem in self.problems), found])

    @property
    def values(self) -> dict[str, Any]:
        """The event, with the text of its problems without colours."""
        problems = tuple(replace(problem, shown=click.unstyle(problem.shown)) for problem in self.problems)
        return asdict(replace(self, problems=problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairs(Event):
    """How the errors of the last `Refused` can be repaired; `hanse compose --fix` applies those that are safe."""

    name = "repairs"
    repairs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.repairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgraph(Event):
    """The state of a subgraph changed.

    `available` or `unavailable`: it can or cannot be reached. `mocked`: a mock answers in its place. Of a process:
    `started`, `reloaded`, `failed` at its start, `stopped` by itself. `refused`: the project's configuration is wrong.
    `error` is why a start failed, with file and line where it is a mistake in the code.
    """

    name = "subgraph"
    subgraph: str
    state: str
    detail: str = ""
    error: str = ""
    pid: int | None = None

    @property
    def text(self) -> str:
        reason = "; ".join(part for part in (self.error, self.detail) if part)
        return f"{self.subgraph}: {self.state}{f': {reason}' if reason else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Event):
    """A line that a subgraph's process printed."""

    name = "output"
    subgraph: str
    line: str

    @property
    def text(self) -> str:
        return f"{self.subgraph} | {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRefused(Event):
    """The configuration file cannot be used. The last one that could stays."""

    name = "config"
    message: str

    @property
    def text(self) -> str:
        return f"{self.message}; the last valid configuration stays"


Report = Callable[[Event], None]


def report_text(event: Event) -> None:
    """Print an event for people."""
    click.echo(event.text, color=has_colours(sys.stdout))


def report_json(event: Event) -> None:
    """Print an event as one line of JSON, with its name in `event`."""
    click.echo(json.dumps({"event": event.name, **event.values}))
