"""What the stages of a check run share: both graphs, the known operations, and the changes with their impact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hanse.checks.graphs import Graph
from hanse.checks.impact import Impact, impacts
from hanse.checks.known_operations import CheckedOperation, FittingOperation, Refusal, checked, fit
from hanse.checks.places import Places
from hanse.checks.request import CheckRequest


@dataclass(frozen=True)
class CheckState:
    """A change whose graphs compose, before and after it."""

    request: CheckRequest
    places: Places
    before: Graph
    after: Graph

    @cached_property
    def _fitted(self) -> tuple[list[FittingOperation], list[Refusal]]:
        return fit(self.request.operations, self.before)

    @property
    def operations(self) -> list[FittingOperation]:
        """The known operations that are valid before the change."""
        return self._fitted[0]

    @property
    def refused(self) -> list[Refusal]:
        """The known operations that are not valid before the change."""
        return self._fitted[1]

    @cached_property
    def checked(self) -> list[CheckedOperation]:
        """Each known operation that is valid before the change, before and after it."""
        return checked(self.operations, self.after)

    @cached_property
    def impacts(self) -> list[Impact]:
        """The changes of the API schema with the operations that they affect."""
        return impacts(self.checked, self.before.supergraph, self.after.supergraph)
