"""The report: its order, ids, verdict and approvals."""

from __future__ import annotations

from dataclasses import replace

from hanse_schema.checks.report import (
    Approval,
    CheckName,
    CheckReport,
    FileLocation,
    Finding,
    Level,
    Verdict,
    report_of,
)

REMOVED = Finding(CheckName.CHANGES, Level.ERROR, "FIELD_REMOVED", "Product.price was removed.", "Product.price")
NOTE = Finding(CheckName.CHANGES, Level.NOTE, "FIELD_ADDED", "Product.cost was added.", "Product.cost")
HINT = Finding(CheckName.COMPOSITION, Level.WARNING, "INCONSISTENT", "Types differ.", "Product")


def report(*findings: Finding, subgraphs: tuple[str, ...] = ("catalog",)) -> CheckReport:
    return report_of(subgraphs, findings)


def test_findings_are_in_the_order_of_checks_levels_and_coordinates() -> None:
    assert report(NOTE, REMOVED, HINT).findings == (HINT, REMOVED, NOTE)
    assert report(NOTE, REMOVED).of(CheckName.CHANGES) == (REMOVED, NOTE)
    assert report(NOTE, REMOVED).count(Level.ERROR) == 1


def test_an_error_fails_until_it_is_approved() -> None:
    failed = report(REMOVED, NOTE)
    assert failed.verdict is Verdict.FAILED
    assert failed.verdict.exit_code == 1
    approved = failed.approved(Approval("ada", "2026-01-01T00:00:00Z", "No client has it."))
    assert approved.verdict is Verdict.PASSED
    assert [finding.approval is None for finding in approved.findings] == [False, True]
    assert approved.id == failed.id
    assert report(HINT, NOTE).verdict.exit_code == 0
    assert replace(failed, readable=False).verdict.exit_code == 2


def test_the_id_is_that_of_the_errors_only() -> None:
    same = replace(REMOVED, message="Another text.", locations=(FileLocation("catalog.graphql", 3, 1),))
    assert report(REMOVED).id == report(same, NOTE, HINT).id
    assert len(report(REMOVED).id) == 16
    others = (report(), report(replace(REMOVED, coordinate="Product.name")), report(REMOVED, subgraphs=("tasks",)))
    assert len({report(REMOVED).id, *(other.id for other in others)}) == 4
