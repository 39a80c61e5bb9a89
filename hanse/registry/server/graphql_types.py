"""The types of the registry's GraphQL API. Fields that need the database are resolved in `graphql_schema`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import strawberry
from strawberry.scalars import JSON

from hanse.registry import store
from hanse.registry.server import keys
from hanse.registry.server.usage_repository import ClientUsage
from hanse_schema.checks.changes import Change


@strawberry.type(description="A subgraph of a version.")
class Subgraph:
    name: str
    url: str
    sdl: str


@strawberry.type(description="The changes of a version since the version before.")
class DiffSummary:
    breaking: int
    dangerous: int
    safe: int
    subgraphs: list[str] = strawberry.field(description="Subgraphs whose schema changed.")


@strawberry.type(description="A version without its schemas.")
class VersionSummary:
    number: int
    variant: str
    branch: str | None
    who: str
    when: datetime
    action: str
    detail: str
    commit: str | None
    base_version: int | None = strawberry.field(description="On a branch: the variant's version it was composed with.")
    diff: DiffSummary

    @classmethod
    def of(cls, summary: store.VersionSummary) -> Self:
        """A summary of the store."""
        return cls(**_summary_fields(summary))


@strawberry.type(description="A version with its schemas.")
class Version(VersionSummary):
    subgraphs: list[Subgraph]
    supergraph: str
    api: str

    @classmethod
    def full(cls, version: store.Version) -> Self:
        """A version of the store."""
        return cls(
            **_summary_fields(version.summary),
            subgraphs=[Subgraph(name=one.name, url=one.url, sdl=one.sdl) for one in version.subgraphs],
            supergraph=version.supergraph,
            api=version.api,
        )


@strawberry.type(description="A change of the API schema.")
class ApiChange:
    kind: str
    level: str
    coordinate: str
    message: str
    reason: str

    @classmethod
    def of(cls, change: Change) -> Self:
        """A change."""
        return cls(
            kind=change.kind.name,
            level=change.level.value,
            coordinate=change.coordinate,
            message=change.message,
            reason=change.reason,
        )


@strawberry.type(description="A feature branch.")
class Branch:
    name: str
    variant: str
    who: str
    when: datetime
    subgraphs: list[str] = strawberry.field(description="Subgraphs that it replaces.")

    @classmethod
    def of(cls, branch: store.Branch) -> Self:
        """A branch of the store."""
        return cls(
            name=branch.name,
            variant=branch.variant,
            who=branch.who,
            when=branch.when,
            subgraphs=list(branch.subgraphs),
        )


@strawberry.type(description="An approval of a check.")
class Approval:
    who: str
    when: datetime
    reason: str


@strawberry.type(description="A check without its report.")
class CheckSummary:
    id: str
    variant: str
    subgraph: str
    outcome: str
    who: str
    when: datetime
    commit: str | None
    base_version: int
    approvals: list[Approval]

    @classmethod
    def of(cls, check: store.CheckSummary) -> Self:
        """A check of the store."""
        return cls(**_check_fields(check))


@strawberry.type(description="A check that ran.")
class Check(CheckSummary):
    report: JSON

    @classmethod
    def full(cls, check: store.CheckRecord) -> Self:
        """A check of the store."""
        return cls(**_check_fields(check), report=JSON(check.report))


@strawberry.type(description="The use of an operation by one version of a client.")
class OperationUsage:
    hash: str
    signature: str
    name: str | None
    kind: str
    client: str
    client_version: str
    count: float = strawberry.field(description="Number of requests; an integer, which may be above 32 bits.")
    errors: float
    first_seen: datetime
    last_seen: datetime

    @classmethod
    def of(cls, used: store.OperationUsage) -> Self:
        """The use of an operation."""
        return cls(
            hash=used.hash,
            signature=used.signature,
            name=used.name,
            kind=used.kind,
            client=used.client,
            client_version=used.client_version,
            count=used.count,
            errors=used.errors,
            first_seen=used.first_seen,
            last_seen=used.last_seen,
        )


@strawberry.type(description="The use by one version of a client.")
class Client:
    name: str
    version: str
    count: float
    errors: float
    operations: int = strawberry.field(description="Number of different operations.")
    last_seen: datetime

    @classmethod
    def of(cls, used: ClientUsage) -> Self:
        """The use by a client."""
        return cls(
            name=used.client,
            version=used.version,
            count=used.count,
            errors=used.errors,
            operations=used.operations,
            last_seen=used.last_seen,
        )


@strawberry.type(description="Who did what.")
class AuditEntry:
    who: str
    when: datetime
    action: str
    subject: str
    detail: str

    @classmethod
    def of(cls, entry: store.AuditEntry) -> Self:
        """An entry of the audit."""
        return cls(who=entry.who, when=entry.when, action=entry.action, subject=entry.subject, detail=entry.detail)


@strawberry.type(description="The API key of the request.")
class Viewer:
    name: str
    scopes: list[str]
    graphs: list[str] = strawberry.field(description="Empty: all graphs.")
    subgraphs: list[str] = strawberry.field(description="Empty: all subgraphs.")

    @classmethod
    def of(cls, key: keys.ApiKey) -> Self:
        """An API key."""
        return cls(name=key.name, scopes=sorted(key.scopes), graphs=sorted(key.graphs), subgraphs=sorted(key.subgraphs))


@strawberry.input(description="A line of versions: a variant, or a feature branch of it.")
class LineInput:
    graph: str
    variant: str = store.DEFAULT_VARIANT
    branch: str | None = None

    @property
    def line(self) -> store.Line:
        """The line."""
        return store.Line(self.variant, self.branch)


@strawberry.input(description="A subgraph's schema to publish.")
class PublishInput:
    subgraph: str
    sdl: str
    url: str | None = strawberry.field(default=None, description="Null keeps the URL.")

    @property
    def publish(self) -> store.Publish:
        """The publish."""
        return store.Publish(subgraph=self.subgraph, sdl=self.sdl, url=self.url)


@strawberry.input(description="A check that ran.")
class CheckInput:
    id: str
    subgraph: str
    outcome: str
    base_version: int
    report: JSON
    commit: str | None = None


def _check_fields(check: store.CheckSummary) -> dict[str, Any]:
    return {
        "id": check.id,
        "variant": check.variant,
        "subgraph": check.subgraph,
        "outcome": check.outcome.value,
        "who": check.who,
        "when": check.when,
        "commit": check.commit,
        "base_version": check.base_version,
        "approvals": [Approval(who=one.who, when=one.when, reason=one.reason) for one in check.approvals],
    }


def _summary_fields(summary: store.VersionSummary) -> dict[str, Any]:
    diff = summary.diff
    return {
        "number": summary.number,
        "variant": summary.line.variant,
        "branch": summary.line.branch,
        "who": summary.who,
        "when": summary.when,
        "action": summary.action.value,
        "detail": summary.detail,
        "commit": summary.commit,
        "base_version": summary.base_version,
        "diff": DiffSummary(
            breaking=diff.breaking, dangerous=diff.dangerous, safe=diff.safe, subgraphs=list(diff.subgraphs)
        ),
    }
