"""Approvals: an approved report passes, and a failed one is recorded so that it can be approved.

A folder in git holds what failed only; a server holds every check.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from hanse.checks.formats.json_report import report_json
from hanse.registry.errors import NotFound
from hanse.registry.folder import FolderStore
from hanse.registry.store import Approval as RecordedApproval
from hanse.registry.store import Author, CheckOutcome, CheckRecord, Store
from hanse_schema.checks.ownership import Ownership
from hanse_schema.checks.report import Approval, CheckName, CheckReport, Finding, Level, Verdict, content_id

MAX_RECORDS = 200  # in which approvals are searched
MAX_APPROVED = 50  # of them, whose reports are read
MAX_NAMES = 200  # characters of the names of subgraphs


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where a report is recorded, and as what. `ownership` says whose approval counts for what.

    An approval counts for `approval_days`; None: for ever.
    """

    store: Store
    author: Author
    variant: str
    version: int
    when: datetime
    ownership: Ownership = field(default_factory=Ownership)
    approval_days: int | None = None

    def approved(self, report: CheckReport) -> CheckReport:
        """The report with the newest approval of each of its errors by who may give it. Raises RegistryError.

        An approval of another check counts where that one was of the same subgraphs and had all of these errors, each
        with the same fingerprint. An expired one that would have counted is a note.
        """
        if not report.approvable:
            return report
        covering = [record for record in self._records(report) if report.fingerprints <= _fingerprints(record)]
        approvals = {approval for record in covering for approval in record.approvals}
        newest = sorted(approvals, key=lambda one: one.when, reverse=True)
        for given in newest:
            if not self._is_expired(given):
                approval = Approval(given.who, given.when.isoformat(timespec="seconds"), given.reason)
                report = report.approved(approval, partial(self.ownership.may_approve, given.who))
        expired = next((given for given in newest if self._is_expired(given)), None)
        return report.with_finding(self._expired(expired)) if expired is not None and report.approvable else report

    def _is_expired(self, given: RecordedApproval) -> bool:
        return self.approval_days is not None and self.when - given.when > timedelta(days=self.approval_days)

    def _expired(self, given: RecordedApproval) -> Finding:
        message = (
            f"The approval by {given.who} at {given.when.isoformat(timespec='seconds')} is older than "
            f"{self.approval_days} days, so that it does not count: approve the check anew."
        )
        return Finding(CheckName.OWNERSHIP, Level.NOTE, "APPROVAL_EXPIRED", message)

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


def _fingerprints(record: CheckRecord) -> set[str]:
    """The fingerprints of the errors in the report of a record; those of older reports are not known."""
    errors = (finding for finding in record.report.get("findings", []) if finding["level"] == Level.ERROR.value)
    return {finding["fingerprint"] for finding in errors if "fingerprint" in finding}
