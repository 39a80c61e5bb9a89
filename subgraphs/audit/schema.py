"""GraphQL operations of the audit subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from hanse_subgraph.clock import in_utc
from hanse_subgraph.errors import BadInput, FieldProblem
from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.ids import known_id
from hanse_subgraph.pagination import After, Before, Connection, First, Last, PageRequest, connect, page_request
from subgraphs.audit import repository, service
from subgraphs.audit.models import LogLevel
from subgraphs.audit.repository import EntryFilter
from subgraphs.audit.types import AuditEntry, AuditExport, AuditFilterInput, AuditInfo, AuditVerdict, LogEntry

INSPECT, WRITE_LOGS = "audit:read", "logs:write"
MOST_EXPORTED = 10_000
Filter = Annotated[AuditFilterInput | None, strawberry.argument(description="What to go by.")]


async def _page(info: AuditInfo, page: PageRequest, wanted: EntryFilter) -> Connection[AuditEntry]:
    async with info.context.session() as session:
        piece = await repository.page_of_entries(session, page, wanted)

    async def counted() -> int:
        async with info.context.session() as session:
            return await repository.count_entries(session, wanted)

    return connect(piece, AuditEntry.of, counted)


def _checked(given: AuditFilterInput | None) -> EntryFilter:
    wanted = (given or AuditFilterInput()).to_domain()
    if wanted.user_id is not None and known_id(wanted.user_id) is None:
        raise BadInput(FieldProblem("filter.userId", "INVALID", "userId is no user's id."))
    return wanted


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the audit subgraph."""

    @strawberry.federation.field(
        description="What you did, and what was done to your account, newest first.", authenticated=True
    )
    async def my_audit_trail(
        self,
        info: AuditInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        action: Annotated[str | None, strawberry.argument(description="Only this action.")] = None,
    ) -> Connection[AuditEntry]:
        """A page of what concerns the caller."""
        user_id = info.context.principal.require_user()
        page = page_request(first, after, last, before)
        return await _page(info, page, EntryFilter(concerning=user_id, action=action))

    @strawberry.federation.field(
        description="What everybody did, newest first. For admins.", requires_scopes=[[INSPECT]]
    )
    async def audit_trail(
        self,
        info: AuditInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Filter = None,
    ) -> Connection[AuditEntry]:
        """A page of the whole trail."""
        info.context.principal.require_scope(INSPECT)
        return await _page(info, page_request(first, after, last, before), _checked(filter))

    @strawberry.federation.field(
        description="The trail as JSON lines, oldest first. For admins.", requires_scopes=[[INSPECT]]
    )
    async def export_audit_trail(
        self,
        info: AuditInfo,
        filter: Filter = None,
        after_position: Annotated[int, strawberry.argument(description="Begin after this position.")] = 0,
        limit: Annotated[int, strawberry.argument(description="How many entries, at most 10,000.")] = 1000,
    ) -> AuditExport:
        """A part of the trail."""
        info.context.principal.require_scope(INSPECT)
        if not 1 <= limit <= MOST_EXPORTED:
            raise BadInput(FieldProblem("limit", "OUT_OF_RANGE", f"limit must lie between 1 and {MOST_EXPORTED}."))
        async with info.context.session() as session:
            entries = await repository.first_entries(session, _checked(filter), after_position, limit + 1)
        shown = entries[:limit]
        more = len(entries) > limit
        return AuditExport(
            json_lines=service.as_json_lines(shown),
            entries=len(shown),
            last_position=shown[-1].position if more else None,
        )

    @strawberry.federation.field(
        description="Read the whole trail, and find whether anything was changed, removed or put in. For admins.",
        requires_scopes=[[INSPECT]],
    )
    async def verify_audit_trail(self, info: AuditInfo) -> AuditVerdict:
        """The verdict."""
        info.context.principal.require_scope(INSPECT)
        async with info.context.session() as session:
            verdict = await service.verify(session)
        return AuditVerdict(
            intact=verdict.problem is None, intact_entries=verdict.intact_entries, problem=verdict.problem
        )

    @strawberry.federation.field(
        description="What the platform's own programs had to say, newest first. For admins.",
        requires_scopes=[[INSPECT]],
    )
    async def log_entries(
        self,
        info: AuditInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        name: Annotated[str | None, strawberry.argument(description="Only of this program.")] = None,
        level: Annotated[LogLevel, strawberry.argument(description="Only of this level and above.")] = LogLevel.DEBUG,
        since: Annotated[datetime | None, strawberry.argument(description="Only from then on.")] = None,
    ) -> Connection[LogEntry]:
        """A page of log entries."""
        info.context.principal.require_scope(INSPECT)
        page, start = page_request(first, after, last, before), in_utc(since) if since else None
        async with info.context.session() as session:
            piece = await repository.page_of_logs(session, page, name, level, start)

        async def counted() -> int:
            async with info.context.session() as session:
                return await repository.count_logs(session, name, level, start)

        return connect(piece, LogEntry.of, counted)


@strawberry.type(description="Root type for changing data.")
class Mutation:
    """Mutations of the audit subgraph."""

    @strawberry.federation.mutation(
        description="Keep a log entry for a while. For the platform's own programs.", requires_scopes=[[WRITE_LOGS]]
    )
    async def write_log_entry(
        self,
        info: AuditInfo,
        name: Annotated[str, strawberry.argument(description="Which program, or which part of it.")],
        level: Annotated[LogLevel, strawberry.argument(description="How much it matters.")],
        data: Annotated[JSON, strawberry.argument(description="What it says; at most 20,000 bytes.")],
    ) -> LogEntry:
        """The entry."""
        user_id = info.context.principal.require_scope(WRITE_LOGS)
        async with info.context.change() as session:
            return LogEntry.of(await info.context.logs.write(session, user_id, name, level, data))


graph = SubgraphSchema(query=Query, mutation=Mutation)
