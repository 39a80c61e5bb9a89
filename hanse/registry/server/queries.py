"""What the server can be queried for: by its GraphQL API, its routes and its pages. Nothing here writes.

Every function takes the database and opens a session of its own, so that they can run concurrently. NotFound is raised
for what does not exist. Rights are the caller's: see `keys.ApiKey.require`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from hanse.registry.errors import NotFound
from hanse.registry.server import keys, repository, schema_repository, usage_repository
from hanse.registry.server.models import VersionRow
from hanse.registry.server.usage_repository import ClientUsage
from hanse.registry.store import (
    AuditEntry,
    Branch,
    CheckRecord,
    CheckSummary,
    Line,
    OperationUsage,
    Version,
    VersionSummary,
)
from hanse.registry.versions import BranchState, check_line, check_name
from hanse_subgraph.db import Database

MAX_LIMIT = 1_000  # of any list but usage


async def graphs(database: Database) -> list[str]:
    """The names of all graphs, in alphabetical order."""
    async with database.reading() as session:
        return await repository.graph_names(session)


async def variants(database: Database, graph: str) -> list[str]:
    """The names of a graph's variants, in alphabetical order; none of an unknown graph."""
    async with database.reading() as session:
        return await repository.variant_names(session, graph)


async def newest(database: Database, graph: str, line: Line) -> Version:
    """The newest version of a line, with its schemas. `RegistryService.current` brings a branch up to date first."""
    async with database.reading() as session:
        return await repository.with_schemas(session, required(await _row(session, graph, line), graph, line))


async def newest_summary(database: Database, graph: str, line: Line) -> VersionSummary:
    """The newest version of a line, without its schemas."""
    async with database.reading() as session:
        return repository.summary_of(required(await _row(session, graph, line), graph, line))


@dataclass(frozen=True, slots=True)
class NewestKey:
    """The number of the newest version of a line, and the hash of its supergraph."""

    number: int
    supergraph: str

    @property
    def etag(self) -> str:
        """The entity tag of the supergraph: another version has another one, also with the same content."""
        return f'"{self.number}-{self.supergraph[:32]}"'


async def newest_key(database: Database, graph: str, line: Line) -> NewestKey:
    """What identifies the newest version of a line."""
    async with database.reading() as session:
        row = required(await _row(session, graph, line), graph, line)
        return NewestKey(row.number, row.supergraph)


async def schema_text(database: Database, digest: str) -> str:
    """A schema by its hash, which a version has."""
    async with database.reading() as session:
        return (await schema_repository.schema_texts(session, {digest}))[digest]


async def version(database: Database, graph: str, line: Line, number: int) -> Version:
    """One version of a line, with its schemas."""
    async with database.reading() as session:
        found = await _row(session, graph, line, number)
        if found is None:
            raise NotFound(f"{line} of graph {graph!r} has no version {number}: see `hanse schema history`")
        return await repository.with_schemas(session, found)


async def history(
    database: Database, graph: str, line: Line, *, limit: int = 50, before: int | None = None
) -> list[VersionSummary]:
    """The newest versions of a line without their schemas, those below `before`, the newest first."""
    async with database.reading() as session:
        required(await _row(session, graph, line), graph, line)
        rows = await repository.version_rows(session, graph, line, limit=_bounded(limit), before=before)
        return [repository.summary_of(row) for row in rows]


async def branches(database: Database, graph: str, variant: str) -> list[Branch]:
    """The feature branches of a variant, in alphabetical order."""
    check_name("variant", variant)
    async with database.reading() as session:
        return await repository.branches(session, graph, variant)


async def branch_state(database: Database, graph: str, line: Line) -> BranchState:
    """The newest version of a branch, and that of its variant."""
    async with database.reading() as session:
        row = required(await _row(session, graph, line), graph, line)
        variant = Line(line.variant)
        base = required(await _row(session, graph, variant), graph, variant)
        return BranchState(
            branch=await repository.with_schemas(session, row),
            replaced=tuple(row.replaced),
            variant=await repository.with_schemas(session, base),
        )


async def checks(database: Database, graph: str, variant: str | None = None, *, limit: int = 50) -> list[CheckSummary]:
    """The newest checks of a variant, or of all variants, with their approvals and without their reports."""
    async with database.reading() as session:
        return await repository.checks(session, graph, variant, limit=_bounded(limit))


async def check(database: Database, graph: str, check_id: str) -> CheckRecord:
    """A check with its approvals and its report."""
    async with database.reading() as session:
        return await repository.check(session, graph, check_id)


async def owners(database: Database, graph: str) -> str:
    """The text of a graph's owners; empty where there are none."""
    async with database.reading() as session:
        return await repository.owners(session, graph)


async def operations(
    database: Database, graph: str, variant: str, *, since: datetime | None = None, limit: int = 500, offset: int = 0
) -> list[OperationUsage]:
    """The use of each operation by each client version since a day, the most used first; at most 5,000."""
    async with database.reading() as session:
        return await usage_repository.operations(session, graph, variant, since=since, limit=limit, offset=offset)


async def clients(
    database: Database, graph: str, variant: str, *, since: datetime | None = None, limit: int = 500
) -> list[ClientUsage]:
    """The use by each client version since a day, the most used first; at most 5,000."""
    async with database.reading() as session:
        return await usage_repository.clients(session, graph, variant, since=since, limit=limit)


async def audit(database: Database, graph: str, *, limit: int = 50) -> list[AuditEntry]:
    """The newest entries of a graph's audit, or of `keys.SERVER`, the newest first."""
    async with database.reading() as session:
        return await repository.audit(session, graph, limit=_bounded(limit))


async def api_key(database: Database, presented: str, now: datetime) -> keys.ApiKey:
    """The API key of a request. Raises Unauthenticated."""
    async with database.reading() as session:
        return await keys.authenticate(session, presented, now)


def required(row: VersionRow | None, graph: str, line: Line) -> VersionRow:
    """The row. Raises NotFound when there is none."""
    if row is None:
        advice = "publish a subgraph" if line.branch is None else "create it with `hanse schema branch create`"
        raise NotFound(f"graph {graph!r} has no {'variant ' if line.branch is None else ''}{line}: {advice}")
    return row


async def _row(session: AsyncSession, graph: str, line: Line, number: int | None = None) -> VersionRow | None:
    check_line(line)
    return await repository.version_row(session, graph, line, number)


def _bounded(limit: int) -> int:
    return max(0, min(limit, MAX_LIMIT))
