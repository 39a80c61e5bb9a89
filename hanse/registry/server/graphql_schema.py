"""The registry's GraphQL API. Each root field and each graph requires a scope of the API key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import DisableIntrospection, MaxTokensLimiter
from strawberry.types import ExecutionContext, Info

from hanse.registry.errors import InvalidInput
from hanse.registry.server import graphql_types as types
from hanse.registry.server import queries
from hanse.registry.server.document_limits import MAX_TOKENS
from hanse.registry.server.keys import SERVER, ApiKey, Scope
from hanse.registry.server.service import RegistryService
from hanse.registry.store import Author, CheckOutcome, CheckRecord, Line
from hanse.registry.versions import api_changes
from hanse_subgraph.db import Database

MAX_CHANGES = 5_000  # of one diff
Limit = Annotated[int, strawberry.argument(description="Maximum number of items.")]


@dataclass(frozen=True, slots=True)
class RegistryContext:
    """What resolvers use: the service, and the API key of the request."""

    service: RegistryService
    key: ApiKey

    @property
    def database(self) -> Database:
        """The database."""
        return self.service.database

    def author(self, commit: str | None = None) -> Author:
        """The author of a change: the API key."""
        return Author(who=self.key.name, commit=commit)


RegistryInfo = Info[RegistryContext, None]


@strawberry.type(description="A variant of a graph: a line of versions.")
class Variant:
    graph: strawberry.Private[str]
    name: str

    @property
    def line(self) -> Line:
        """Its line."""
        return Line(self.name)

    @strawberry.field(description="The newest version; with `branch`, that of a feature branch.")
    async def current(self, info: RegistryInfo, branch: str | None = None) -> types.Version:
        return types.Version.full(await info.context.service.current(self.graph, Line(self.name, branch)))

    @strawberry.field(description="One version.")
    async def version(self, info: RegistryInfo, number: int, branch: str | None = None) -> types.Version:
        line = Line(self.name, branch)
        return types.Version.full(await queries.version(info.context.database, self.graph, line, number))

    @strawberry.field(description="The newest versions, those with a number below `before`, the newest first.")
    async def versions(
        self, info: RegistryInfo, limit: Limit = 50, before: int | None = None, branch: str | None = None
    ) -> list[types.VersionSummary]:
        line = Line(self.name, branch)
        found = await queries.history(info.context.database, self.graph, line, limit=limit, before=before)
        return [types.VersionSummary.of(summary) for summary in found]

    @strawberry.field(description="The changes of the API schema between two versions, the breaking ones first.")
    async def diff(self, info: RegistryInfo, before: int, after: int) -> list[types.ApiChange]:
        database = info.context.database
        old = await queries.version(database, self.graph, self.line, before)
        new = await queries.version(database, self.graph, self.line, after)
        changes = await info.context.service.compute(lambda: api_changes(old.supergraph, new.supergraph))
        return [types.ApiChange.of(change) for change in changes[:MAX_CHANGES]]

    @strawberry.field(description="The feature branches, in alphabetical order.")
    async def branches(self, info: RegistryInfo) -> list[types.Branch]:
        return [types.Branch.of(one) for one in await queries.branches(info.context.database, self.graph, self.name)]

    @strawberry.field(description="The newest checks, the newest first; the graph's `check` has the report of one.")
    async def checks(self, info: RegistryInfo, limit: Limit = 50) -> list[types.CheckSummary]:
        found = await queries.checks(info.context.database, self.graph, self.name, limit=limit)
        return [types.CheckSummary.of(check) for check in found]

    @strawberry.field(description="The use of operations by client version, the most used first.")
    async def operations(
        self, info: RegistryInfo, since: datetime | None = None, limit: Limit = 500, offset: int = 0
    ) -> list[types.OperationUsage]:
        found = await queries.operations(
            info.context.database,
            self.graph,
            self.name,
            since=_moment(since),
            limit=_count(limit),
            offset=_count(offset),
        )
        return [types.OperationUsage.of(used) for used in found]

    @strawberry.field(description="The use by client version, the most used first.")
    async def clients(
        self, info: RegistryInfo, since: datetime | None = None, limit: Limit = 500
    ) -> list[types.Client]:
        found = await queries.clients(
            info.context.database, self.graph, self.name, since=_moment(since), limit=_count(limit)
        )
        return [types.Client.of(used) for used in found]


@strawberry.type(description="A graph.")
class Graph:
    name: str

    @strawberry.field(description="The variants, in alphabetical order.")
    async def variants(self, info: RegistryInfo) -> list[Variant]:
        names = await queries.variants(info.context.database, self.name)
        return [Variant(graph=self.name, name=name) for name in names]

    @strawberry.field(description="One variant.")
    async def variant(self, name: str) -> Variant:
        return Variant(graph=self.name, name=name)

    @strawberry.field(description="A check.")
    async def check(self, info: RegistryInfo, id: str) -> types.Check:
        return types.Check.full(await queries.check(info.context.database, self.name, id))

    @strawberry.field(description="Who owns which part of the schema, as a file like CODEOWNERS; empty: nobody does.")
    async def owners(self, info: RegistryInfo) -> str:
        return await queries.owners(info.context.database, self.name)

    @strawberry.field(description="The newest entries of the audit, the newest first.")
    async def audit(self, info: RegistryInfo, limit: Limit = 50) -> list[types.AuditEntry]:
        found = await queries.audit(info.context.database, self.name, limit=limit)
        return [types.AuditEntry.of(entry) for entry in found]


@strawberry.type
class Query:
    @strawberry.field(description="The graphs that the API key may read.")
    async def graphs(self, info: RegistryInfo) -> list[Graph]:
        names = await queries.graphs(info.context.database)
        return [Graph(name=name) for name in names if info.context.key.may(Scope.READ, name)]

    @strawberry.field(description="A graph. Requires the scope `read`.")
    async def graph(self, info: RegistryInfo, name: str) -> Graph:
        info.context.key.require(Scope.READ, name)
        return Graph(name=name)

    @strawberry.field(
        description="The newest entries of the audit that concern all graphs, such as API keys, the newest first. "
        "Requires the scope `admin` for all graphs."
    )
    async def audit(self, info: RegistryInfo, limit: Limit = 50) -> list[types.AuditEntry]:
        info.context.key.require_server(Scope.ADMIN)
        found = await queries.audit(info.context.database, SERVER, limit=limit)
        return [types.AuditEntry.of(entry) for entry in found]

    @strawberry.field(description="The API key of the request.")
    async def viewer(self, info: RegistryInfo) -> types.Viewer:
        return types.Viewer.of(info.context.key)


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Compose schemas of subgraphs with the others, and make a version of them.")
    async def publish(
        self,
        info: RegistryInfo,
        line: types.LineInput,
        subgraphs: list[types.PublishInput],
        base_version: int | None = None,
        commit: str | None = None,
    ) -> types.Version:
        context = info.context
        for one in subgraphs:
            context.key.require(Scope.PUBLISH, line.graph, one.subgraph)
        publishes = [one.publish for one in subgraphs]
        author = context.author(commit)
        return types.Version.full(
            await context.service.publish(line.graph, line.line, publishes, author, base_version=base_version)
        )

    @strawberry.mutation(description="Make a version without a subgraph; on a branch, without its replacement.")
    async def remove(
        self,
        info: RegistryInfo,
        line: types.LineInput,
        subgraph: str,
        base_version: int | None = None,
        commit: str | None = None,
    ) -> types.Version:
        context = info.context
        context.key.require(Scope.ADMIN if line.branch is None else Scope.PUBLISH, line.graph, subgraph)
        author = context.author(commit)
        return types.Version.full(
            await context.service.remove(line.graph, line.line, subgraph, author, base_version=base_version)
        )

    @strawberry.mutation(description="Make a version with the schemas of an older one.")
    async def rollback(
        self,
        info: RegistryInfo,
        line: types.LineInput,
        number: int,
        base_version: int | None = None,
        commit: str | None = None,
    ) -> types.Version:
        context = info.context
        context.key.require(Scope.ADMIN, line.graph)
        author = context.author(commit)
        return types.Version.full(
            await context.service.rollback(line.graph, line.variant, number, author, base_version=base_version)
        )

    @strawberry.mutation(description="Make a version of the line's variant with the schemas of another variant.")
    async def promote(
        self,
        info: RegistryInfo,
        line: types.LineInput,
        source: str,
        base_version: int | None = None,
        commit: str | None = None,
    ) -> types.Version:
        context = info.context
        context.key.require(Scope.ADMIN, line.graph)
        author = context.author(commit)
        return types.Version.full(
            await context.service.promote(line.graph, source, line.variant, author, base_version=base_version)
        )

    @strawberry.mutation(description="Create the line's feature branch.")
    async def create_branch(self, info: RegistryInfo, line: types.LineInput) -> types.Branch:
        context = info.context
        context.key.require(Scope.PUBLISH, line.graph)
        created = await context.service.create_branch(line.graph, line.variant, line.branch or "", context.author())
        return types.Branch.of(created)

    @strawberry.mutation(description="Delete the line's feature branch. Returns its name.")
    async def delete_branch(self, info: RegistryInfo, line: types.LineInput) -> str:
        context = info.context
        context.key.require(Scope.PUBLISH, line.graph)
        await context.service.delete_branch(line.graph, line.variant, line.branch or "", context.author())
        return line.branch or ""

    @strawberry.mutation(description="Keep a check. One with the same id is replaced, and its approvals stay.")
    async def record_check(self, info: RegistryInfo, line: types.LineInput, input: types.CheckInput) -> types.Check:
        context = info.context
        context.key.require(Scope.CHECK, line.graph)
        check = CheckRecord(
            id=input.id,
            variant=line.variant,
            subgraph=input.subgraph,
            outcome=_outcome(input.outcome),
            who=context.key.name,
            when=context.service.now(),
            commit=input.commit,
            base_version=input.base_version,
            report=_report(input.report),
        )
        return types.Check.full(await context.service.record_check(line.graph, check))

    @strawberry.mutation(description="Approve a check, with a reason.")
    async def approve_check(self, info: RegistryInfo, graph: str, id: str, reason: str) -> types.Check:
        context = info.context
        context.key.require(Scope.APPROVE, graph)
        return types.Check.full(await context.service.approve(graph, id, reason, context.author()))

    @strawberry.mutation(description="Replace the owners of a graph's schema. Returns its name.")
    async def set_owners(self, info: RegistryInfo, graph: str, text: str) -> str:
        context = info.context
        context.key.require(Scope.ADMIN, graph)
        await context.service.set_owners(graph, text, context.author())
        return graph


class RegistrySchema(strawberry.Schema):
    """The schema. Errors are logged and formatted by `graphql_http`."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here."""


def make_schema(*, introspection: bool) -> RegistrySchema:
    """The schema, with a limit on tokens; `document_limits` has those on fields."""
    extensions: list[Any] = [lambda: MaxTokensLimiter(MAX_TOKENS)]
    if not introspection:
        extensions.append(DisableIntrospection)
    return RegistrySchema(query=Query, mutation=Mutation, extensions=extensions)


def _outcome(name: str) -> CheckOutcome:
    try:
        return CheckOutcome(name)
    except ValueError:
        raise InvalidInput(f"{name[:50]!r} is not the outcome of a check: use {', '.join(CheckOutcome)}") from None


def _report(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput("the report of a check must be a JSON object")
    return value


def _moment(moment: datetime | None) -> datetime | None:
    """A moment in UTC, not before 2000: databases have limits of their own."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(aware, datetime(2000, 1, 1, tzinfo=UTC))


def _count(number: int) -> int:
    return max(0, number)
