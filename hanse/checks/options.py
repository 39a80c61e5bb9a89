"""The options of `hanse schema check`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hanse.checks.usage import UsageRules
from hanse_schema.checks.report import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """What to check: one subgraph with a new schema, its removal, or (`all`) what differs from `against`.

    The published schemas are those of `config`, or of the store that `registry` opens. Without `approval_days` the
    project's setting counts.
    """

    subgraph: str | None = None
    schema: Path | None = None
    url: str | None = None
    remove: bool = False
    all: bool = False
    against: str | None = None
    config: Path | None = None
    registry: str | None = None
    graph: str = "main"
    variant: str = "production"
    operations: tuple[Path, ...] = ()
    usage: tuple[Path, ...] = ()
    contracts: tuple[Path, ...] = ()
    rules: UsageRules = field(default_factory=UsageRules)
    plan_regressions: Level | None = Level.WARNING
    approval_days: int | None = None
