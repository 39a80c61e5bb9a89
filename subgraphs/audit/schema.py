"""GraphQL queries and mutations of the audit subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from hanse_subgraph.clock import in_utc
from hanse_subgraph.errors import BadInput, FieldProblem
from hanse_subgraph.federation import SubgraphSchema
from hanse_subgraph.ids import known_id
from hanse_subgraph.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageRequest,
    connect,
    connection_field,
    page_request,
)
from subgraphs.audit import repository, service
from subgraphs.audit.models import LogLevel
from subgraphs.audit.repository import EntryFilter
from subgraphs.audit.types import AuditEntry, AuditExport, AuditFilterInput, AuditInfo, AuditVerdict, LogEntry

READ_AUDIT, WRITE_LOGS = "audit:read", "logs:write"
MAX_EXPORTED = 10_000
Filter = Annotated[AuditFilterInput | None, strawberry.argument(description="Conditions for the entries.")]


async def _page(info: AuditInfo, page: PageRequest, condition: EntryFilter) -> Connection[AuditEntry]:
    async with info.context.session() as session:
        piece = await repository.page_of_entries(session, page, condition)

    async def counted() -> int:
        async with info.context.session() as session:
            return await repository.count_entries(session, condition)

    return connect(piece, AuditEntry.of, counted)


def _checked(given: AuditFilterInput | None) -> EntryFilter:
    condition = (given or AuditFilterInput()).to_domain()
    if condition.user_id is not None and known_id(condition.user_id) is None:
        raise BadInput(FieldProblem("filter.userId", "INVALID", "userId is not a valid user id."))
    return condition


@strawberry.type(description="Root type for reading data.")
class Query:
    """Queries of the audit subgraph."""

    @connection_field(
        description="The actions of the caller and the actions on the caller's account, newest first. "
        "Requires authentication.",
        authenticated=True,
    )
    async def my_audit_trail(
        self,
        info: AuditInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        action: Annotated[str | None, strawberry.argument(description="Only entries with this action.")] = None,
    ) -> Connection[AuditEntry]:
        user_id = info.context.principal.require_user()
        page = page_request(first, after, last, before)
        return await _page(info, page, EntryFilter(concerning=user_id, action=action))

    @connection_field(
        description="The audit trail of all users, newest first. Requires the scope audit:read.",
        requires_scopes=[[READ_AUDIT]],
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
        info.context.principal.require_scope(READ_AUDIT)
        return await _page(info, page_request(first, after, last, before), _checked(filter))

    @strawberry.federation.field(
        description="Export the audit trail as JSON lines, oldest first. Requires the scope audit:read.",
        requires_scopes=[[READ_AUDIT]],
    )
    async def export_audit_trail(
        self,
        info: AuditInfo,
        filter: Filter = None,
        after_position: Annotated[int, strawberry.argument(description="Start after this position.")] = 0,
        limit: Annotated[int, strawberry.argument(description="The maximum number of entries: 1 to 10,000.")] = 1000,
    ) -> AuditExport:
        info.context.principal.require_scope(READ_AUDIT)
        if not 1 <= limit <= MAX_EXPORTED:
            raise BadInput(FieldProblem("limit", "OUT_OF_RANGE", f"limit must be between 1 and {MAX_EXPORTED}."))
        async with info.context.session() as session:
            exported = await service.export(session, _checked(filter), after_position, limit)
        return AuditExport(
            json_lines=exported.json_lines, entries=exported.entries, last_position=exported.last_position
        )

    @strawberry.federation.field(
        description="Verify that no entry of the audit trail was changed, removed or inserted, with the key of the "
        "chain and the anchors in the event log. "
        "Requires the scope audit:read.",
        requires_scopes=[[READ_AUDIT]],
    )
    async def verify_audit_trail(self, info: AuditInfo) -> AuditVerdict:
        info.context.principal.require_scope(READ_AUDIT)
        async with info.context.session() as session:
            verdict = await info.context.verify(session)
        return AuditVerdict(
            intact=verdict.problem is None,
            intact_entries=verdict.intact_entries,
            anchored_entries=verdict.anchored_entries,
            erased_entries=verdict.erased_entries,
            problem=verdict.problem,
        )

    @connection_field(
        description="Log entries written by programs of the platform, newest first. Requires the scope audit:read.",
        requires_scopes=[[READ_AUDIT]],
    )
    async def log_entries(
        self,
        info: AuditInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        name: Annotated[str | None, strawberry.argument(description="Only entries written under this name.")] = None,
        level: Annotated[LogLevel, strawberry.argument(description="The minimum level.")] = LogLevel.DEBUG,
        since: Annotated[
            datetime | None, strawberry.argument(description="Only entries written at or after this time.")
        ] = None,
    ) -> Connection[LogEntry]:
        info.context.principal.require_scope(READ_AUDIT)
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
        description="Write a log entry. It is deleted after the retention time. Requires the scope logs:write.",
        requires_scopes=[[WRITE_LOGS]],
    )
    async def write_log_entry(
        self,
        info: AuditInfo,
        name: Annotated[
            str, strawberry.argument(description="The name of the program or component: 1 to 100 characters.")
        ],
        level: Annotated[LogLevel, strawberry.argument(description="The level of the entry.")],
        data: Annotated[
            JSON, strawberry.argument(description="The content of the entry: at most 20,000 bytes of JSON.")
        ],
    ) -> LogEntry:
        user_id = info.context.principal.require_scope(WRITE_LOGS)
        async with info.context.change() as session:
            return LogEntry.of(await info.context.logs.write(session, user_id, name, level, data))


graph = SubgraphSchema(query=Query, mutation=Mutation)
