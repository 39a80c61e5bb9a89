"""What several forms of the report share: its headline, and who uses what."""

from __future__ import annotations

from hanse_schema.checks.report import AffectedOperation, CheckReport, ClientUse, Level

APPROVE = 'hanse schema approve {id} --reason "..."'


def headline(report: CheckReport) -> str:
    """One line: what was checked, the verdict, and the number of findings of each level."""
    subgraphs = ", ".join(report.subgraphs) or "no subgraph"
    return f"Schema check of {subgraphs}: {report.verdict.value}, {counts(report)} (check {report.id})"


def counts(report: CheckReport) -> str:
    """The number of findings of each level."""
    words = [_count(report.count(level), level.value) for level in Level]
    return ", ".join([*words, *([f"{report.approvals} approved"] if report.approvals else [])])


def how_to_approve(report: CheckReport) -> str | None:
    """The command that approves the errors; None where nothing can be approved."""
    return APPROVE.format(id=report.id) if report.recorded and report.approvable else None


def operation_line(operation: AffectedOperation) -> str:
    """An operation, where it is from, why it is affected, and who sends it."""
    line = f"{operation.name} ({operation.source}): {operation.reason}"
    clients = "; ".join(_client(client) for client in operation.clients)
    return f"{line} [{clients}]" if clients else line


def _client(client: ClientUse) -> str:
    name = " ".join(part for part in (client.name or "unknown client", client.version) if part)
    return f"{name}, {_count(client.count, 'use')}{f', last {client.last_seen}' if client.last_seen else ''}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
