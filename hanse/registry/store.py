"""What a store of the registry does, whatever holds it: a folder in git, or a server.

A graph has variants (`production`, `staging`), each a line of versions 1, 2, 3, ... A version holds the SDL of every
subgraph and the supergraph composed from them; only what composes becomes a version. A feature branch of a variant is
a line of its own: the variant's subgraphs with some of them replaced.

Stores are used from commands, so their methods block. `hanse.registry.open.open_store` makes one from a URL or a
folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

DEFAULT_VARIANT = "production"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of versions: a variant, or with `branch` a feature branch of it."""

    variant: str = DEFAULT_VARIANT
    branch: str | None = None

    def __str__(self) -> str:
        return self.variant if self.branch is None else f"branch {self.branch} of {self.variant}"


@dataclass(frozen=True, slots=True)
class PublishedSubgraph:
    """A subgraph of a version: its name, its SDL, and its URL for the router."""

    name: str
    sdl: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class DiffSummary:
    """The number of changes of the API schema since the version before, and the subgraphs whose SDL changed."""

    breaking: int = 0
    dangerous: int = 0
    safe: int = 0
    subgraphs: tuple[str, ...] = ()


class Action(StrEnum):
    """What made a version. `EXPORTED` is that of a folder's files that no version holds."""

    PUBLISHED = "published"
    REMOVED = "removed"
    ROLLED_BACK = "rolled back"
    PROMOTED = "promoted"
    BRANCHED = "branched"
    REBASED = "rebased"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSummary:
    """A version without its schemas: what `history` lists.

    `detail` is what the action was about: a subgraph, or the version that was copied, such as `staging 4`. On a branch,
    `base_version` is the variant's version that it was composed with.
    """

    number: int
    line: Line
    who: str
    when: datetime
    action: Action
    detail: str = ""
    commit: str | None = None
    base_version: int | None = None
    diff: DiffSummary = field(default_factory=DiffSummary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version with its schemas: subgraphs by name in alphabetical order, the supergraph's SDL and the API's SDL."""

    summary: VersionSummary
    subgraphs: tuple[PublishedSubgraph, ...]
    supergraph: str
    api: str

    @property
    def number(self) -> int:
        """Its number in its line."""
        return self.summary.number

    @property
    def line(self) -> Line:
        """The line that it belongs to."""
        return self.summary.line

    def subgraph(self, name: str) -> PublishedSubgraph | None:
        """The subgraph with the name; None when there is none."""
        return next((subgraph for subgraph in self.subgraphs if subgraph.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who makes a change, and the commit that it comes from. A server takes `who` from the API key instead."""

    who: str = ""
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """A subgraph's schema to publish.

    `url` None keeps the URL of the version before. `base_version` is the version that the schema was checked against:
    when the line is at another one, nothing is written. None: the current one when the publish starts.
    """

    subgraph: str
    sdl: str
    url: str | None = None
    base_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A feature branch: its name, who created it and when, and the names of the subgraphs that it replaces."""

    name: str
    variant: str
    who: str
    when: datetime
    subgraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationUsage:
    """The use of one operation by one client on one day (UTC), or over several when summed.

    `signature` is the operation without literals; `hash` the SHA-256 of it in hexadecimal digits.
    """

    hash: str
    signature: str
    name: str | None
    kind: str
    client: str
    client_version: str
    count: int
    errors: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval of a check's breaking changes: who, when, why."""

    who: str
    when: datetime
    reason: str


class CheckOutcome(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSummary:
    """A check without its report: what `checks` lists.

    The same change has the same `id`, so that an approval counts when the check runs again.
    """

    id: str
    variant: str
    subgraph: str
    outcome: CheckOutcome
    who: str
    when: datetime
    commit: str | None = None
    base_version: int = 0
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecord(CheckSummary):
    """A check that ran: `report` is the JSON form of its report."""

    report: dict[str, Any] = field(default_factory=dict)

    @property
    def summary(self) -> CheckSummary:
        """The check without its report."""
        return CheckSummary(
            id=self.id,
            variant=self.variant,
            subgraph=self.subgraph,
            outcome=self.outcome,
            who=self.who,
            when=self.when,
            commit=self.commit,
            base_version=self.base_version,
            approvals=self.approvals,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, and when. `subject` names what it was done to: `production 4`, `branch checkout`, `check ab12`."""

    who: str
    when: datetime
    action: str
    subject: str
    detail: str = ""


class Store(Protocol):
    """The versions of one graph, its branches, its use, its checks, and who did what.

    Every method raises RegistryError: NotFound for what does not exist, InvalidInput for invalid names, and
    StoreBroken, RegistryUnavailable, Unauthenticated or Forbidden where the store itself fails.
    """

    def variants(self) -> tuple[str, ...]:
        """The names of the variants, in alphabetical order."""
        ...

    def current(self, line: Line) -> Version:
        """The newest version of a line. A branch is composed anew when its variant has a newer version."""
        ...

    def history(self, line: Line, *, limit: int = 50, before: int | None = None) -> tuple[VersionSummary, ...]:
        """The newest `limit` versions of a line, those with a number below `before`, the newest first."""
        ...

    def show(self, line: Line, number: int) -> Version:
        """One version of a line."""
        ...

    def publish(self, line: Line, publish: Publish, author: Author) -> Version:
        """Compose a subgraph's schema with the other subgraphs, and make a version of it.

        A variant that does not exist begins with it; a branch has to exist. A schema that changes nothing makes no
        version: the current one is returned. Raises CompositionFailed and VersionConflict, and TooLarge.
        """
        ...

    def publish_all(
        self, line: Line, publishes: Sequence[Publish], author: Author, *, base_version: int | None = None
    ) -> Version:
        """Publish several subgraphs as one version, such as the first ones, which compose only together.

        The `base_version` of each is not used.
        """
        ...

    def remove(self, line: Line, subgraph: str, author: Author, *, base_version: int | None = None) -> Version:
        """Compose the other subgraphs without this one. Raises CompositionFailed and VersionConflict."""
        ...

    def rollback(self, variant: str, number: int, author: Author, *, base_version: int | None = None) -> Version:
        """Make a new version with the schemas of an older one. Raises VersionConflict."""
        ...

    def promote(self, source: str, target: str, author: Author, *, base_version: int | None = None) -> Version:
        """Make a version of `target` with the schemas of the current version of `source`. Raises VersionConflict.

        The subgraphs keep the URLs that they have in `target`.
        """
        ...

    def branches(self, variant: str) -> tuple[Branch, ...]:
        """The feature branches of a variant, in alphabetical order."""
        ...

    def create_branch(self, variant: str, name: str, author: Author) -> Branch:
        """Create a feature branch. It begins with the schemas of its variant. Raises AlreadyExists and TooLarge."""
        ...

    def delete_branch(self, variant: str, name: str, author: Author) -> None:
        """Delete a feature branch and its versions."""
        ...

    def operations(self, variant: str, *, since: datetime | None = None) -> tuple[OperationUsage, ...]:
        """The use of each operation by each client version since a moment, the most used first."""
        ...

    def record_check(self, check: CheckRecord) -> CheckRecord:
        """Keep a check. One with the same id is replaced and its approvals stay. Returns it with its approvals."""
        ...

    def checks(self, variant: str, *, limit: int = 50) -> tuple[CheckSummary, ...]:
        """The newest checks of a variant without their reports, the newest first."""
        ...

    def check(self, check: str) -> CheckRecord:
        """The check with the id."""
        ...

    def approve(self, check: str, reason: str, author: Author) -> CheckRecord:
        """Approve a check, with a reason. Raises InvalidInput when the reason is empty."""
        ...

    def owners(self) -> str | None:
        """The text of the graph's file of owners. None where the store has none: that of the project counts."""
        ...

    def set_owners(self, text: str, author: Author) -> None:
        """Replace the owners; an empty text deletes them. Raises InvalidInput and TooLarge."""
        ...

    def audit(self, *, limit: int = 50) -> tuple[AuditEntry, ...]:
        """The newest entries of the audit, the newest first."""
        ...
