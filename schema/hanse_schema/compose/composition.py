"""The result of composition: a supergraph or errors, and hints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hanse_schema.diagnostics import Diagnostic
from hanse_schema.supergraph import print_supergraph
from hanse_schema.supergraph.model import Supergraph


@dataclass(frozen=True)
class Composition:
    """The result of composing subgraphs: `supergraph` is None exactly when there are `errors`."""

    supergraph: Supergraph | None
    errors: tuple[Diagnostic, ...] = ()
    hints: tuple[Diagnostic, ...] = ()

    @cached_property
    def sdl(self) -> str | None:
        """The supergraph printed, or None on errors."""
        return None if self.supergraph is None else print_supergraph(self.supergraph)
