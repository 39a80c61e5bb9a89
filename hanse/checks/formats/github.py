"""The report as annotations of a GitHub workflow: `::error file=...,line=...,title=...::message`."""

from __future__ import annotations

from hanse.checks.formats.summary import headline
from hanse_schema.checks.report import CheckReport, Finding, Level

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def to_github(report: CheckReport) -> str:
    """One annotation a line, then the headline. An approved error is a notice."""
    return "\n".join([*(_annotation(finding) for finding in report.findings), headline(report)])


def _annotation(finding: Finding) -> str:
    command = "notice" if finding.approval is not None else _COMMANDS[finding.level]
    properties = {"title": finding.code}
    if finding.locations:
        place = finding.locations[0]
        where = {"file": place.file, "line": str(place.line or ""), "col": str(place.column or "")}
        properties = {name: value for name, value in where.items() if value} | properties
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command} {listed}::{_text(_message(finding))}"


def _message(finding: Finding) -> str:
    used = ", ".join(operation.name for operation in finding.affected)
    approved = f" (approved by {finding.approval.by}: {finding.approval.reason})" if finding.approval else ""
    return f"{finding.message}{f' Used by {used}.' if used else ''}{approved}"


def _text(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _text(value).replace(":", "%3A").replace(",", "%2C")
