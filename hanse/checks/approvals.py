"""Approvals: an approved report passes, and a failed one is recorded so that it can be approved.

A folder in git holds what failed only; a server holds every check.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from hanse.checks.formats.json_report import report_json
from hanse.registry.errors import NotFound
from hanse.registry.folder import FolderStore
from hanse.registry.store import Author, CheckOutcome, CheckRecord, Store
from hanse_schema.checks.ownership import Ownership
from hanse_schema.checks.report import Approval, CheckReport, Level, Verdict, content_id

MAX_RECORDS = 200  # in which approvals are searched
MAX_APPROVED = 50  # of them, whose reports are read
MAX_NAMES = 200  # characters of the names of subgraphs


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where a report is recorded, and as what. `ownership` says whose approval counts for what."""

    store: Store
    author: Author
    variant: str
    version: int
    when: datetime
    ownership: Ownership = field(default_factory=Ownership)

    def approved(self, report: CheckReport) -> CheckReport:
        """The report with the newest approval of each of its errors by who may give it. Raises RegistryError.

        An approval of another check counts where that one was of the same subgraphs and had all of these errors.
        """
        if not report.approvable:
            return report
        covering = [record for record in self._records(report) if report.errors <= _errors(record)]
        approvals = [approval for record in covering for approval in record.approvals]
        for given in sorted(approvals, key=lambda one: one.when, reverse=True):
            approval = Approval(given.who, given.when.isoformat(timespec="seconds"), given.reason)
            report = report.approved(approval, partial(self.ownership.may_approve, given.who))
        return report

    def _records(self, report: CheckReport) -> list[CheckRecord]:
        """The record of the report, and those of its subgraphs that were approved."""
        newest = self.store.checks(self.variant, limit=MAX_RECORDS)
        approved = [one.id for one in newest if one.approvals and one.subgraph == _subgraphs(report)]
        wanted = dict.fromkeys((report.id, *approved[:MAX_APPROVED]))
        return [record for check in wanted if (record := self._record(check)) is not None]

    def _record(self, check: str) -> CheckRecord | None:
        try:
            return self.store.check(check)
        except NotFound:
            return None

    def recorded(self, report: CheckReport) -> CheckReport:
        """Record a report that has a verdict. Raises RegistryError."""
        kept = report.approvable or not isinstance(self.store, FolderStore)
        if report.verdict is Verdict.NOT_CHECKED or not kept:
            return report
        recorded = replace(report, recorded=True)
        self.store.record_check(
            CheckRecord(
                id=report.id,
                variant=self.variant,
                subgraph=_subgraphs(report),
                outcome=CheckOutcome.PASSED if report.verdict is Verdict.PASSED else CheckOutcome.FAILED,
                who=self.author.who,
                when=self.when,
                commit=self.author.commit,
                base_version=self.version,
                report=report_json(recorded),
            )
        )
        return recorded


def _subgraphs(report: CheckReport) -> str:
    """The names of the changed subgraphs; where they are too long, their number and a hash of them."""
    names = ", ".join(report.subgraphs)
    return names if len(names) <= MAX_NAMES else f"{len(report.subgraphs)} subgraphs ({content_id(report.subgraphs)})"


def _errors(record: CheckRecord) -> set[str]:
    """The ids of the errors in the report of a record."""
    findings = record.report.get("findings", [])
    return {finding["id"] for finding in findings if finding["level"] == Level.ERROR.value}
