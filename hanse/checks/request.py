"""What a check run is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hanse.checks.event_check import CheckedEvents
from hanse.checks.known_operations import KnownOperation
from hanse.checks.usage import Evidence
from hanse_schema.checks.lint import LintConfig
from hanse_schema.checks.ownership import Ownership
from hanse_schema.checks.report import Finding, Level, content_id
from hanse_schema.contracts import Contract
from hanse_schema.subgraph.model import SubgraphSource

NO_USAGE = Evidence(False, "no usage is reported")
Subgraphs = Mapping[str, SubgraphSource]


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """The subgraphs before and after a change, and what is known of their use.

    `files` has the path of a changed subgraph's SDL, as users know it. `findings` are those of the input, such as usage
    reports of the future. `plan_regressions` is the level of a plan that became worse; None: plans are not compared.
    Without `lint` the schemas are not linted.
    """

    before: Subgraphs
    after: Subgraphs
    files: Mapping[str, str] = field(default_factory=dict)
    operations: tuple[KnownOperation, ...] = ()
    evidence: Evidence = NO_USAGE
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    plan_regressions: Level | None = Level.WARNING
    findings: tuple[Finding, ...] = ()
    lint: LintConfig | None = None
    events: CheckedEvents = field(default_factory=CheckedEvents)
    ownership: Ownership = field(default_factory=Ownership)

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of the subgraphs that are new, changed or removed."""
        names = sorted(self.before.keys() | self.after.keys())
        return tuple(name for name in names if self.before.get(name) != self.after.get(name))

    @property
    def content(self) -> str:
        """A hash of the changed schemas, before and after."""
        sides = (subgraphs.get(name) for name in self.changed for subgraphs in (self.before, self.after))
        return content_id(part for side in sides for part in (("", "") if side is None else (side.sdl, side.url)))
