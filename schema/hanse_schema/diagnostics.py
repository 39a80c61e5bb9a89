"""Diagnostics: the errors and hints of composition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """The severity of a diagnostic: an error fails the composition, a hint does not."""

    ERROR = "error"
    HINT = "hint"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A location in one subgraph's SDL. Lines and columns count from 1; 0 if unknown."""

    subgraph: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.subgraph}:{self.line}:{self.column}" if self.line else self.subgraph


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One error or hint, with a stable code.

    `coordinate` is the schema coordinate it is about (`Product.price`, `@key`), or None. `operation` is the smallest
    operation that cannot be answered, where there is one: valid, with required arguments as variables.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    locations: tuple[Location, ...] = ()
    coordinate: str | None = None
    operation: str | None = None

    @property
    def subgraphs(self) -> tuple[str, ...]:
        """The names of the affected subgraphs in the order of the locations, without duplicates."""
        return tuple(dict.fromkeys(location.subgraph for location in self.locations))

    def __str__(self) -> str:
        places = f" [{', '.join(str(location) for location in self.locations)}]" if self.locations else ""
        return f"{self.severity.value} {self.code}: {self.message}{places}"


def errors_of(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The errors among the diagnostics, in order."""
    return tuple(d for d in diagnostics if d.severity is Severity.ERROR)


def hints_of(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The hints among the diagnostics, in order."""
    return tuple(d for d in diagnostics if d.severity is Severity.HINT)
