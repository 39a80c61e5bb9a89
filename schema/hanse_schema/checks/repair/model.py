"""Repairs: patches of subgraphs' SDL that make a composition error go away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.report import Edit, Patch
from hanse_schema.diagnostics import Diagnostic


class Confidence(Enum):
    """Whether a tool may apply a patch by itself, or the author has to choose it."""

    SAFE = "safe"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A patch that may repair an error: what it does in one line, and its edits. `file` is a subgraph's name."""

    title: str
    edits: tuple[Edit, ...]
    confidence: Confidence = Confidence.CHOICE


Propose = Callable[[Graph, Diagnostic], Iterator[Proposal]]


@dataclass(frozen=True, slots=True)
class Fixer:
    """The repair of some errors: the codes, why its patches help, and the function that proposes them.

    `confidence` is the highest one that a proposal has.
    """

    codes: tuple[str, ...]
    explanation: str
    propose: Propose
    confidence: Confidence = Confidence.CHOICE


@dataclass(frozen=True, slots=True)
class Repair:
    """The patches that repair one error, verified by composition, the best first.

    `file` in edits is the subgraph's name. A SAFE repair has exactly one patch. `reveals` holds the errors of later
    stages of composition that are found once the first patch is applied.
    """

    diagnostic: Diagnostic
    explanation: str
    confidence: Confidence
    patches: tuple[Patch, ...]
    reveals: tuple[Diagnostic, ...] = ()
