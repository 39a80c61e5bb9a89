"""The report as JSON; its JSON Schema is docs/reference/check-report.schema.json."""

from __future__ import annotations

import json
from typing import Any

from hanse_schema.checks.report import AffectedOperation, CheckReport, Edit, Finding, Level, Patch

Json = dict[str, Any]


def to_json(report: CheckReport) -> str:
    """The report as JSON text."""
    return json.dumps(report_json(report), indent=2)


def report_json(report: CheckReport) -> Json:
    """The report as values of JSON's types."""
    return {
        "id": report.id,
        "verdict": report.verdict.value,
        "subgraphs": list(report.subgraphs),
        "summary": {
            "errors": report.count(Level.ERROR),
            "approved": report.approvals,
            "warnings": report.count(Level.WARNING),
            "notes": report.count(Level.NOTE),
        },
        "findings": [finding_json(finding) for finding in report.findings],
        "skipped": [{"check": skipped.check.value, "reason": skipped.reason} for skipped in report.skipped],
    }


def finding_json(finding: Finding) -> Json:
    """One finding as values of JSON's types."""
    approval = finding.approval
    return {
        "id": finding.id,
        "fingerprint": finding.fingerprint,
        "check": finding.check.value,
        "level": finding.level.value,
        "code": finding.code,
        "message": finding.message,
        "coordinate": finding.coordinate,
        "subject": finding.subject,
        "locations": [{"file": one.file, "line": one.line, "column": one.column} for one in finding.locations],
        "owners": list(finding.owners),
        "details": [{"title": detail.title, "text": detail.text} for detail in finding.details],
        "affected": [_affected(operation) for operation in finding.affected],
        "patch": None if finding.patch is None else _patch(finding.patch),
        "approval": None if approval is None else {"by": approval.by, "at": approval.at, "reason": approval.reason},
    }


def _affected(operation: AffectedOperation) -> Json:
    return {
        "name": operation.name,
        "hash": operation.hash,
        "source": operation.source,
        "reason": operation.reason,
        "clients": [
            {"name": one.name, "version": one.version, "count": one.count, "lastSeen": one.last_seen or None}
            for one in operation.clients
        ],
    }


def _patch(patch: Patch) -> Json:
    return {"title": patch.title, "edits": [_edit(edit) for edit in patch.edits]}


def _edit(edit: Edit) -> Json:
    start, end = ({"line": line, "column": column} for line, column in (edit.start, edit.end))
    return {"file": edit.file, "start": start, "end": end, "text": edit.text}
