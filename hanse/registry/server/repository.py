"""Every SQL statement on versions, branches, checks and the audit.

Those on the texts of schemas are in `schema_repository`, those on usage in `usage_repository`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse.registry.errors import NotFound
from hanse.registry.server.models import (
    ApprovalRow,
    AuditRow,
    BranchRow,
    CheckRow,
    GraphRow,
    OwnersRow,
    VersionRow,
    VersionSubgraphRow,
)
from hanse.registry.server.schema_repository import schema_texts, store_texts
from hanse.registry.store import (
    Action,
    Approval,
    AuditEntry,
    Branch,
    CheckOutcome,
    CheckRecord,
    CheckSummary,
    DiffSummary,
    Line,
    PublishedSubgraph,
    Version,
    VersionSummary,
)
from hanse.registry.versions import Schemas
from hanse_subgraph.db import insert_into
from hanse_subgraph.ids import new_id

# Graphs and lines


async def graph_names(session: AsyncSession) -> list[str]:
    """The names of all graphs, in alphabetical order."""
    return list(await session.scalars(select(col(GraphRow.name)).order_by(col(GraphRow.name))))


async def create_graph(session: AsyncSession, graph: str, when: datetime) -> None:
    """Create a graph, unless it exists."""
    await session.execute(insert_into(session, GraphRow).values(name=graph, created_at=when).on_conflict_do_nothing())


async def variant_names(session: AsyncSession, graph: str) -> list[str]:
    """The names of a graph's variants, in alphabetical order."""
    found = select(col(VersionRow.variant)).where(col(VersionRow.graph) == graph, col(VersionRow.branch) == "")
    return sorted(await session.scalars(found.distinct()))


async def owners(session: AsyncSession, graph: str) -> str:
    """The text of a graph's owners; empty where there are none."""
    return await session.scalar(select(col(OwnersRow.text)).where(col(OwnersRow.graph) == graph)) or ""


async def save_owners(session: AsyncSession, graph: str, text: str) -> None:
    """Replace the owners of a graph."""
    insert = insert_into(session, OwnersRow).values(graph=graph, text=text)
    await session.execute(insert.on_conflict_do_update(index_elements=["graph"], set_={"text": text}))


# Versions


async def newest_number(session: AsyncSession, graph: str, line: Line) -> int:
    """The number of the newest version of a line; 0 when it has none."""
    found = await session.scalar(select(func.max(col(VersionRow.number))).where(*_of_line(graph, line)))
    return found or 0


async def version_row(session: AsyncSession, graph: str, line: Line, number: int | None = None) -> VersionRow | None:
    """A version of a line, by default the newest; None when there is none."""
    query = select(VersionRow).where(*_of_line(graph, line)).order_by(col(VersionRow.number).desc()).limit(1)
    if number is not None:
        query = query.where(col(VersionRow.number) == number)
    found: VersionRow | None = await session.scalar(query)
    return found


async def version_rows(
    session: AsyncSession, graph: str, line: Line, *, limit: int, before: int | None
) -> list[VersionRow]:
    """The newest versions of a line, those with a number below `before`, the newest first."""
    query = select(VersionRow).where(*_of_line(graph, line)).order_by(col(VersionRow.number).desc()).limit(limit)
    if before is not None:
        query = query.where(col(VersionRow.number) < before)
    return list(await session.scalars(query))


async def with_schemas(session: AsyncSession, row: VersionRow) -> Version:
    """A version with its schemas."""
    query = select(VersionSubgraphRow).where(col(VersionSubgraphRow.version) == row.id)
    subgraphs = sorted(await session.scalars(query), key=lambda one: one.name)
    texts = await schema_texts(session, {row.supergraph, row.api, *(one.sdl for one in subgraphs)})
    return Version(
        summary=summary_of(row),
        subgraphs=tuple(PublishedSubgraph(one.name, texts[one.sdl], one.url) for one in subgraphs),
        supergraph=texts[row.supergraph],
        api=texts[row.api],
    )


async def insert_version(
    session: AsyncSession, graph: str, summary: VersionSummary, schemas: Schemas, replaced: Iterable[str]
) -> None:
    """Insert a version. Raises IntegrityError when its number is taken."""
    sdl = [subgraph.sdl for subgraph in schemas.subgraphs]
    hashes = await store_texts(session, [schemas.supergraph, schemas.api, *sdl])
    row = VersionRow(
        id=new_id(),
        graph=graph,
        variant=summary.line.variant,
        branch=summary.line.branch or "",
        number=summary.number,
        who=summary.who,
        created_at=summary.when,
        action=summary.action.value,
        detail=summary.detail,
        commit=summary.commit,
        base_version=summary.base_version,
        breaking=summary.diff.breaking,
        dangerous=summary.diff.dangerous,
        safe=summary.diff.safe,
        changed=list(summary.diff.subgraphs),
        replaced=list(replaced),
        supergraph=hashes[schemas.supergraph],
        api=hashes[schemas.api],
    )
    session.add(row)
    await session.flush()
    session.add_all(
        VersionSubgraphRow(version=row.id, name=one.name, url=one.url, sdl=hashes[one.sdl]) for one in schemas.subgraphs
    )
    await session.flush()


def summary_of(row: VersionRow) -> VersionSummary:
    """A version without its schemas."""
    return VersionSummary(
        number=row.number,
        line=Line(row.variant, row.branch or None),
        who=row.who,
        when=row.created_at,
        action=Action(row.action),
        detail=row.detail,
        commit=row.commit,
        base_version=row.base_version,
        diff=DiffSummary(row.breaking, row.dangerous, row.safe, tuple(row.changed)),
    )


# Branches


async def branch_row(session: AsyncSession, graph: str, line: Line) -> BranchRow | None:
    """The branch of a line; None when there is none."""
    return await session.scalar(select(BranchRow).where(*_of_branch(graph, line)))


async def lock_branch(session: AsyncSession, graph: str, line: Line) -> bool:
    """Lock a branch until the transaction ends: it cannot be deleted. Returns whether it exists."""
    query = select(col(BranchRow.name)).where(*_of_branch(graph, line)).with_for_update()
    return await session.scalar(query) is not None


async def branches(session: AsyncSession, graph: str, variant: str) -> list[Branch]:
    """The branches of a variant, in alphabetical order."""
    of_variant = (col(VersionRow.graph) == graph, col(VersionRow.variant) == variant, col(VersionRow.branch) != "")
    newest = (
        select(col(VersionRow.branch), func.max(col(VersionRow.number)).label("number"))
        .where(*of_variant)
        .group_by(col(VersionRow.branch))
        .subquery()
    )
    query = (
        select(BranchRow, col(VersionRow.replaced))
        .join(newest, newest.c.branch == col(BranchRow.name))
        .join(
            VersionRow,
            (col(VersionRow.branch) == newest.c.branch) & (col(VersionRow.number) == newest.c.number),
        )
        .where(col(BranchRow.graph) == graph, col(BranchRow.variant) == variant, *of_variant)
        .order_by(col(BranchRow.name))
    )
    return [branch_of(row, replaced) for row, replaced in await session.execute(query)]


def branch_of(row: BranchRow, replaced: Iterable[str]) -> Branch:
    """A branch."""
    return Branch(name=row.name, variant=row.variant, who=row.who, when=row.created_at, subgraphs=tuple(replaced))


async def count_branches(session: AsyncSession, graph: str, variant: str) -> int:
    """The number of a variant's branches."""
    query = select(func.count()).select_from(BranchRow)
    found = await session.scalar(query.where(col(BranchRow.graph) == graph, col(BranchRow.variant) == variant))
    return found or 0


async def set_base(session: AsyncSession, graph: str, line: Line, based_on: int) -> None:
    """Remember the variant's version that a branch was composed with, or failed to."""
    await session.execute(update(BranchRow).where(*_of_branch(graph, line)).values(based_on=based_on))


async def insert_branch(session: AsyncSession, graph: str, branch: Branch, based_on: int) -> None:
    """Insert a branch. Raises IntegrityError when it exists."""
    session.add(
        BranchRow(
            graph=graph,
            variant=branch.variant,
            name=branch.name,
            who=branch.who,
            created_at=branch.when,
            based_on=based_on,
        )
    )
    await session.flush()


async def delete_branch(session: AsyncSession, graph: str, line: Line) -> bool:
    """Delete a branch and its versions. Returns whether it existed."""
    done = await session.execute(delete(BranchRow).where(*_of_branch(graph, line)).returning(col(BranchRow.name)))
    await session.execute(delete(VersionRow).where(*_of_line(graph, line)))
    return done.first() is not None


# Checks


async def save_check(session: AsyncSession, graph: str, check: CheckRecord) -> None:
    """Insert a check, or replace the one with its id. Approvals stay."""
    values = {
        "variant": check.variant,
        "subgraph": check.subgraph,
        "outcome": check.outcome.value,
        "who": check.who,
        "created_at": check.when,
        "commit": check.commit,
        "base_version": check.base_version,
        "report": check.report,
    }
    insert = insert_into(session, CheckRow).values(graph=graph, id=check.id, **values)
    await session.execute(insert.on_conflict_do_update(index_elements=["graph", "id"], set_=values))


async def check(session: AsyncSession, graph: str, check_id: str) -> CheckRecord:
    """A check with its approvals. Raises NotFound."""
    row = await session.get(CheckRow, (graph, check_id), populate_existing=True)
    if row is None:
        raise NotFound(f"there is no check {check_id!r}")
    approvals = await _approvals(session, graph, [check_id])
    return CheckRecord(
        id=row.id,
        variant=row.variant,
        subgraph=row.subgraph,
        outcome=CheckOutcome(row.outcome),
        who=row.who,
        when=row.created_at,
        commit=row.commit,
        base_version=row.base_version,
        report=row.report,
        approvals=tuple(approvals[check_id]),
    )


async def checks(session: AsyncSession, graph: str, variant: str | None, *, limit: int) -> list[CheckSummary]:
    """The newest checks of a variant, or of all variants, the newest first. Their reports are not read."""
    of_graph = col(CheckRow.graph) == graph
    query = (
        select(
            col(CheckRow.id),
            col(CheckRow.variant),
            col(CheckRow.subgraph),
            col(CheckRow.outcome),
            col(CheckRow.who),
            col(CheckRow.created_at),
            col(CheckRow.commit),
            col(CheckRow.base_version),
        )
        .where(of_graph if variant is None else of_graph & (col(CheckRow.variant) == variant))
        .order_by(col(CheckRow.created_at).desc())
        .limit(limit)
    )
    rows = list(await session.execute(query))
    approvals = await _approvals(session, graph, [id_ for id_, *_ in rows])
    return [
        CheckSummary(
            id=id_,
            variant=of_variant,
            subgraph=subgraph,
            outcome=CheckOutcome(outcome),
            who=who,
            when=when,
            commit=commit,
            base_version=base_version,
            approvals=tuple(approvals[id_]),
        )
        for id_, of_variant, subgraph, outcome, who, when, commit, base_version in rows
    ]


async def insert_approval(session: AsyncSession, graph: str, check_id: str, approval: Approval) -> None:
    """Insert an approval of a check that exists."""
    session.add(
        ApprovalRow(
            id=new_id(),
            graph=graph,
            check_id=check_id,
            who=approval.who,
            created_at=approval.when,
            reason=approval.reason,
        )
    )
    await session.flush()


async def delete_checks_before(session: AsyncSession, moment: datetime) -> None:
    """Delete the checks that ran before a moment, with their approvals."""
    await session.execute(delete(CheckRow).where(col(CheckRow.created_at) < moment))


async def _approvals(session: AsyncSession, graph: str, checks: list[str]) -> dict[str, list[Approval]]:
    """The approvals of checks by id, the oldest first."""
    query = select(ApprovalRow).where(col(ApprovalRow.graph) == graph, col(ApprovalRow.check_id).in_(checks))
    found: dict[str, list[Approval]] = {check: [] for check in checks}
    for one in await session.scalars(query.order_by(col(ApprovalRow.created_at), col(ApprovalRow.id))):
        found[one.check_id].append(Approval(who=one.who, when=one.created_at, reason=one.reason))
    return found


# The audit


async def insert_audit(session: AsyncSession, graph: str, entry: AuditEntry) -> None:
    """Insert an entry. `graph` is empty for what concerns all graphs."""
    session.add(
        AuditRow(
            id=new_id(),
            graph=graph,
            who=entry.who,
            created_at=entry.when,
            action=entry.action,
            subject=entry.subject,
            detail=entry.detail,
        )
    )
    await session.flush()


async def audit(session: AsyncSession, graph: str, *, limit: int) -> list[AuditEntry]:
    """The newest entries of a graph, the newest first."""
    query = (
        select(AuditRow)
        .where(col(AuditRow.graph) == graph)
        .order_by(col(AuditRow.created_at).desc(), col(AuditRow.id).desc())
        .limit(limit)
    )
    return [
        AuditEntry(who=row.who, when=row.created_at, action=row.action, subject=row.subject, detail=row.detail)
        for row in await session.scalars(query)
    ]


# Helpers


def _of_line(graph: str, line: Line) -> tuple[Any, ...]:
    return (
        col(VersionRow.graph) == graph,
        col(VersionRow.variant) == line.variant,
        col(VersionRow.branch) == (line.branch or ""),
    )


def _of_branch(graph: str, line: Line) -> tuple[Any, ...]:
    return (
        col(BranchRow.graph) == graph,
        col(BranchRow.variant) == line.variant,
        col(BranchRow.name) == (line.branch or ""),
    )
