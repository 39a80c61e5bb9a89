"""The report as text for a terminal. The caller removes colours where they are not wanted."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hanse.checks.formats.summary import counts, how_to_approve, operation_line
from hanse_schema.checks.report import CheckName, CheckReport, Finding, Level, Verdict

_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}
_VERDICTS = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.NOT_CHECKED: "red"}


def to_text(report: CheckReport) -> str:
    """The report in parts by check, with its verdict in the last line."""
    return "\n".join(_lines(report))


def _lines(report: CheckReport) -> Iterator[str]:
    for check in CheckName:
        if found := report.of(check):
            yield click.style(check.value, bold=True)
            for finding in found:
                yield from _finding(finding)
            yield ""
    for skipped in report.skipped:
        yield f"not checked: {skipped.check.value}: {skipped.reason}"
    verdict = click.style(report.verdict.value, fg=_VERDICTS[report.verdict], bold=True)
    yield f"{', '.join(report.subgraphs) or 'no subgraph changes'}: {verdict}, {counts(report)} (check {report.id})"
    if command := how_to_approve(report):
        yield f"To approve these errors: {command}"


def _finding(finding: Finding) -> Iterator[str]:
    level = "approved" if finding.approval is not None else finding.level.value
    mark = click.style(f"{level:8}", fg=_COLOURS[finding.level])
    yield f"  {mark} {finding.code}: {finding.message}"
    inner = " " * 11
    yield from (f"{inner}at {place}" for place in finding.locations)
    if finding.owners:
        yield f"{inner}owned by {', '.join(finding.owners)}"
    yield from (f"{inner}used by {operation_line(operation)}" for operation in finding.affected)
    for detail in finding.details:
        yield f"{inner}{detail.title}:"
        yield from (f"{inner}  {line}" for line in detail.text.rstrip().splitlines())
    if finding.patch is not None:
        yield f"{inner}repair: {finding.patch.title}"
    if finding.approval is not None:
        approval = finding.approval
        yield f"{inner}approved by {approval.by} at {approval.at}: {approval.reason}"
