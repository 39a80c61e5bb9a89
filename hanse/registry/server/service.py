"""What changes a graph on the server. Compositions run in threads, a few at a time; each change is one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from hanse.registry.errors import (
    AlreadyExists,
    CompositionFailed,
    InvalidInput,
    NotFound,
    RegistryUnavailable,
    TooLarge,
    VersionConflict,
)
from hanse.registry.owners import checked_owners
from hanse.registry.server import queries, repository, schema_repository, usage_repository
from hanse.registry.server.metrics import RegistryMetrics
from hanse.registry.server.reports import usage_of
from hanse.registry.server.settings import RegistrySettings
from hanse.registry.server.usage_repository import UsageLimits
from hanse.registry.store import (
    Approval,
    AuditEntry,
    Author,
    Branch,
    CheckRecord,
    Line,
    Publish,
    Version,
    VersionSummary,
)
from hanse.registry.versions import (
    MAX_BRANCHES,
    NextVersion,
    approval_entry,
    audit_entry,
    branch_publish_next,
    branch_remove_next,
    check_line,
    check_name,
    create_branch_next,
    promote_next,
    publish_next,
    rebase_next,
    remove_next,
    require_base,
    rollback_next,
)
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_wire.usage_report import UsageReport

log = logging.getLogger(__name__)
MAX_COMMIT = 100  # characters
MAX_REASON = 2_000
MAX_SUBJECT = 200
MAX_SWEPT = 100  # schemas in one transaction
REPORT_RETENTION = timedelta(days=2)  # in which a report that is sent again is known
Made = TypeVar("Made")


class RegistryService:
    """Changes of graphs, and reads that may bring a branch up to date."""

    def __init__(
        self,
        database: Database,
        settings: RegistrySettings,
        *,
        now: Clock = utc_now,
        metrics: RegistryMetrics | None = None,
    ) -> None:
        self.database = database
        self.now = now
        self._metrics = metrics or RegistryMetrics()
        self._settings = settings
        self._compositions = asyncio.Semaphore(settings.max_compositions)
        self._max_pending = settings.max_compositions + settings.max_waiting_compositions
        self._pending = 0

    async def current(self, graph: str, line: Line) -> Version:
        """The newest version of a line; a branch is composed with the newest version of its variant first."""
        await self.bring_up_to_date(graph, line)
        return await queries.newest(self.database, graph, line)

    async def bring_up_to_date(self, graph: str, line: Line) -> None:
        """Compose a branch with the newest version of its variant, once for each. Raises NotFound."""
        check_line(line)
        if line.branch is None:
            return
        async with self.database.reading() as session:
            branch = await repository.branch_row(session, graph, line)
            newest = await repository.newest_number(session, graph, Line(line.variant))
        if branch is None:
            raise NotFound(f"graph {graph!r} has no {line}: create it with `hanse schema branch create`")
        if branch.based_on != newest:
            await self._rebase(graph, line, Author(who=branch.who))

    async def publish(
        self, graph: str, line: Line, publishes: Sequence[Publish], author: Author, *, base_version: int | None = None
    ) -> Version:
        """Compose the schemas of subgraphs with those of the others, and make a version of them."""
        with self._metrics.failed_publishes():
            check_name("graph", graph)
            before, made = await self._publish_next(graph, line, publishes, base_version)
            version = await self._commit(graph, line, before, made, author)
        self._metrics.publishes.labels("unchanged" if made is None else "published").inc()
        return version

    async def remove(
        self, graph: str, line: Line, subgraph: str, author: Author, *, base_version: int | None = None
    ) -> Version:
        """Remove a subgraph from a variant; on a branch, its replacement."""
        if line.branch is not None:
            state = await queries.branch_state(self.database, graph, line)
            require_base(line, state.branch, base_version)
            made = await self.compute(lambda: branch_remove_next(state, subgraph))
            return await self._commit(graph, line, state.branch, made, author)
        before = await queries.newest(self.database, graph, line)
        require_base(line, before, base_version)
        return await self._commit(
            graph, line, before, await self.compute(lambda: remove_next(before, subgraph)), author
        )

    async def rollback(
        self, graph: str, variant: str, number: int, author: Author, *, base_version: int | None = None
    ) -> Version:
        """Make a version with the schemas of an older one."""
        line = Line(variant)
        before = await queries.newest(self.database, graph, line)
        require_base(line, before, base_version)
        old = await queries.version(self.database, graph, line, number)
        made = await self.compute(lambda: rollback_next(before, old))
        return await self._commit(graph, line, before, made, author)

    async def promote(
        self, graph: str, source: str, target: str, author: Author, *, base_version: int | None = None
    ) -> Version:
        """Make a version of one variant with the schemas of another."""
        line = Line(check_name("variant", target))
        before = await self._newest(graph, line)
        require_base(line, before, base_version)
        promoted = await queries.newest(self.database, graph, Line(source))
        made = await self.compute(lambda: promote_next(promoted, before))
        return await self._commit(graph, line, before, made, author)

    async def create_branch(self, graph: str, variant: str, name: str, author: Author) -> Branch:
        """Create a branch, with the variant's schemas as version 1."""
        line = Line(variant, check_name("branch", name))
        base = await queries.newest(self.database, graph, Line(variant))
        made = create_branch_next(base)
        summary = self._summary(line, 0, made, author)
        branch = Branch(name=name, variant=variant, who=author.who, when=summary.when)
        try:
            async with self.database.writing() as session:
                if await repository.count_branches(session, graph, variant) >= MAX_BRANCHES:
                    raise TooLarge(f"{variant} has {MAX_BRANCHES} branches, the maximum: delete one")
                await repository.insert_branch(session, graph, branch, base.number)
                await repository.insert_version(session, graph, summary, made.schemas, ())
                await repository.insert_audit(session, graph, audit_entry(summary))
        except IntegrityError as error:
            raise AlreadyExists(f"{line} exists: publish to it, or choose another name") from error
        return branch

    async def delete_branch(self, graph: str, variant: str, name: str, author: Author) -> None:
        """Delete a branch and its versions. Raises NotFound."""
        line = Line(variant, name)
        async with self.database.writing() as session:
            if not await repository.delete_branch(session, graph, line):
                raise NotFound(f"graph {graph!r} has no {line}")
            entry = AuditEntry(who=author.who, when=self.now(), action="deleted", subject=str(line))
            await repository.insert_audit(session, graph, entry)

    async def record_check(self, graph: str, check: CheckRecord) -> CheckRecord:
        """Keep a check; one with the same id is replaced, and its approvals stay."""
        check_name("graph", graph)
        check_name("check", check.id)
        check_name("variant", check.variant)
        if len(check.subgraph) > MAX_SUBJECT:
            raise InvalidInput(f"the names of the checked subgraphs have more than {MAX_SUBJECT} characters")
        checked_commit(check.commit)
        async with self.database.writing() as session:
            await repository.create_graph(session, graph, self.now())
            await repository.save_check(session, graph, replace(check, when=self.now()))
            recorded = await repository.check(session, graph, check.id)
        self._metrics.checks.labels(check.outcome.value).inc()
        return recorded

    async def approve(self, graph: str, check_id: str, reason: str, author: Author) -> CheckRecord:
        """Approve a check. Raises NotFound and InvalidInput."""
        if not reason.strip():
            raise InvalidInput("an approval needs a reason: give one with --reason")
        if len(reason) > MAX_REASON:
            raise InvalidInput(f"the reason of an approval has at most {MAX_REASON} characters")
        approval = Approval(who=author.who, when=self.now(), reason=reason.strip())
        async with self.database.writing() as session:
            await repository.check(session, graph, check_id)
            await repository.insert_approval(session, graph, check_id, approval)
            await repository.insert_audit(session, graph, approval_entry(check_id, approval))
            return await repository.check(session, graph, check_id)

    async def set_owners(self, graph: str, text: str, author: Author) -> None:
        """Replace the owners of a graph; an empty text deletes them. Raises InvalidInput and TooLarge."""
        check_name("graph", graph)
        checked = await self.compute(lambda: checked_owners(text))
        entry = AuditEntry(
            who=author.who,
            when=self.now(),
            action="set owners" if checked else "deleted owners",
            subject=f"graph {graph}",
            detail=f"{len(checked.splitlines())} lines" if checked else "",
        )
        async with self.database.writing() as session:
            await repository.create_graph(session, graph, self.now())
            await repository.save_owners(session, graph, checked)
            await repository.insert_audit(session, graph, entry)

    async def add_usage(self, graph: str, variant: str, report: UsageReport) -> int:
        """Count a usage report, once. Returns the number of its entries that the limits left out. Raises NotFound."""
        await queries.newest_summary(self.database, graph, Line(variant))
        oldest = self.now() - timedelta(days=self._settings.usage_retention_days)
        used = await asyncio.to_thread(usage_of, report, oldest, self.now())
        limits = UsageLimits(
            operations=self._settings.max_operations, rows_per_day=self._settings.max_usage_rows_per_day
        )
        async with self.database.writing() as session:
            is_new = await usage_repository.is_new_report(session, graph, variant, report.id, self.now())
            dropped = await usage_repository.add(session, graph, variant, used, limits) if is_new else 0
        (self._metrics.counted_reports if is_new else self._metrics.repeated_reports).inc()
        self._metrics.dropped_usage.value += dropped
        return dropped

    async def delete_old(self) -> None:
        """Delete usage and checks that are older than their retention, and schemas that no version has any more."""
        now = self.now()
        async with self.database.writing() as session:
            day = (now - timedelta(days=self._settings.usage_retention_days)).astimezone(UTC).date()
            await usage_repository.delete_before(session, day)
            await usage_repository.delete_reports_before(session, now - REPORT_RETENTION)
            await repository.delete_checks_before(session, now - timedelta(days=self._settings.check_retention_days))
        after: str | None = ""
        while after is not None:  # others write between these transactions
            async with self.database.writing() as session:
                after = await schema_repository.delete_unused(session, after, limit=MAX_SWEPT)

    async def _publish_next(
        self, graph: str, line: Line, publishes: Sequence[Publish], base_version: int | None
    ) -> tuple[Version | None, NextVersion | None]:
        """The newest version of a line, and the one that publishes make; None where they change nothing."""
        if line.branch is not None:
            state = await queries.branch_state(self.database, graph, line)
            require_base(line, state.branch, base_version)
            return state.branch, await self.compute(lambda: branch_publish_next(state, publishes))
        check_name("variant", line.variant)
        before = await self._newest(graph, line)
        require_base(line, before, base_version)
        return before, await self.compute(lambda: publish_next(before, publishes))

    async def _newest(self, graph: str, line: Line) -> Version | None:
        async with self.database.reading() as session:
            row = await repository.version_row(session, graph, line)
            return None if row is None else await repository.with_schemas(session, row)

    async def _rebase(self, graph: str, line: Line, author: Author) -> None:
        state = await queries.branch_state(self.database, graph, line)
        try:
            made = await self.compute(lambda: rebase_next(state))
        except CompositionFailed as error:
            log.warning("graph %s: %s keeps version %d: %s", graph, line, state.branch.number, error)
            made = None
        try:
            await self._commit(graph, line, state.branch, made, author)
        except VersionConflict:
            return  # another request did it
        async with self.database.writing() as session:
            await repository.set_base(session, graph, line, state.variant.number)

    async def compute(self, make: Callable[[], Made]) -> Made:
        """Run a composition or a comparison in a thread. Raises RegistryUnavailable when too many wait."""
        if self._pending >= self._max_pending:
            raise RegistryUnavailable("the registry composes too many schemas: retry in some seconds")
        self._pending += 1
        try:
            async with self._compositions:
                return await asyncio.to_thread(make)
        finally:
            self._pending -= 1

    async def _commit(
        self, graph: str, line: Line, before: Version | None, made: NextVersion | None, author: Author
    ) -> Version:
        """Write the next version, unless nothing changes. Raises VersionConflict."""
        if made is None:
            assert before is not None  # without a version, everything is a change
            return before
        base = before.number if before is not None else 0
        summary = self._summary(line, base, made, author)
        try:
            async with self.database.writing() as session:
                if line.branch is not None and not await repository.lock_branch(session, graph, line):
                    raise NotFound(f"graph {graph!r} has no {line}: it was deleted")
                if (newest := await repository.newest_number(session, graph, line)) != base:
                    raise VersionConflict(str(line), base, newest)
                await repository.create_graph(session, graph, summary.when)
                await repository.insert_version(session, graph, summary, made.schemas, made.replaced)
                if made.base_version is not None:
                    await repository.set_base(session, graph, line, made.base_version)
                await repository.insert_audit(session, graph, audit_entry(summary))
        except IntegrityError as error:
            newest_now = await queries.newest_summary(self.database, graph, line)
            raise VersionConflict(str(line), base, newest_now.number) from error
        schemas = made.schemas
        return Version(summary=summary, subgraphs=schemas.subgraphs, supergraph=schemas.supergraph, api=schemas.api)

    def _summary(self, line: Line, base: int, made: NextVersion, author: Author) -> VersionSummary:
        return VersionSummary(
            number=base + 1,
            line=line,
            who=author.who,
            when=self.now(),
            action=made.action,
            detail=made.detail,
            commit=checked_commit(author.commit),
            base_version=made.base_version,
            diff=made.diff,
        )


def checked_commit(commit: str | None) -> str | None:
    """The name of a commit. Raises InvalidInput."""
    if commit is not None and (len(commit) > MAX_COMMIT or not commit.isprintable()):
        raise InvalidInput(f"a commit has at most {MAX_COMMIT} printable characters")
    return commit or None
