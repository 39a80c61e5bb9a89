"""The result of composition: a supergraph or errors, and hints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from hanse_schema.diagnostics import Diagnostic
from hanse_schema.supergraph import print_supergraph
from hanse_schema.supergraph.model import Supergraph


class Stage(IntEnum):
    """The stages of composition, in order. Each one requires that the previous one found no errors."""

    NAMES = 0
    SUBGRAPHS = 1
    DIRECTIVES = 2
    MERGE = 3
    SUPERGRAPH = 4
    VALID_SUPERGRAPH = 5
    API_SCHEMA = 6
    SATISFIABILITY = 7


@dataclass(frozen=True)
class Composition:
    """The result of composing subgraphs: `supergraph` is None exactly when there are `errors`.

    `stage` is the last stage that ran: the one of the errors, if there are any.
    """

    supergraph: Supergraph | None
    errors: tuple[Diagnostic, ...] = ()
    hints: tuple[Diagnostic, ...] = ()
    stage: Stage = Stage.SATISFIABILITY

    @cached_property
    def sdl(self) -> str | None:
        """The supergraph printed, or None on errors."""
        return None if self.supergraph is None else print_supergraph(self.supergraph)
