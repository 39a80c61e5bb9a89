"""The report as Markdown for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hanse.checks.formats.summary import counts, how_to_approve, operation_line
from hanse_schema.checks.report import CheckReport, Finding, Level

MAX_CHARACTERS = 60_000  # GitHub takes 65,536
_TITLES = {Level.ERROR: "Errors", Level.WARNING: "Warnings", Level.NOTE: "Notes"}
_SPECIAL = re.compile(r"([\\|*_<>\[\]])")
_CODE = re.compile(r"(`[^`\n]+`)")


def to_markdown(report: CheckReport) -> str:
    """The report; errors and warnings in full, notes folded. Above MAX_CHARACTERS, the rest is counted only."""
    subgraphs = ", ".join(f"`{name}`" for name in report.subgraphs) or "no subgraph"
    lines = [
        f"## Schema check of {subgraphs}: {report.verdict.value}",
        "",
        f"{counts(report)}. Check `{report.id}`.",
        "",
    ]
    if command := how_to_approve(report):
        lines += [f"To approve the errors: `{command}`", ""]
    lines += [f"Not checked: {skipped.check.value}: {_escaped(skipped.reason)}" for skipped in report.skipped]
    parts = ["\n".join(lines)]
    for level in Level:
        parts += _level(level, [finding for finding in report.findings if finding.level is level])
    return _bounded(parts)


def _level(level: Level, found: list[Finding]) -> Iterator[str]:
    if not found:
        return
    folded = level is Level.NOTE
    yield f"\n<details><summary>{_TITLES[level]} ({len(found)})</summary>\n" if folded else f"\n### {_TITLES[level]}\n"
    for finding in found:
        yield "\n".join(_finding(finding))
    if folded:
        yield "\n</details>"


def _finding(finding: Finding) -> Iterator[str]:
    places = f" ({', '.join(f'`{place}`' for place in finding.locations)})" if finding.locations else ""
    yield f"- **{finding.code}** {_escaped(finding.message)}{places}"
    if finding.approval is not None:
        yield f"  - approved by {_escaped(finding.approval.by)}: {_escaped(finding.approval.reason)}"
    if finding.owners:
        yield f"  - owned by {_escaped(', '.join(finding.owners))}"
    yield from (f"  - used by {_escaped(operation_line(operation))}" for operation in finding.affected)
    for detail in finding.details:
        fence = "`" * max(3, max((len(ticks) for ticks in re.findall("`+", detail.text)), default=0) + 1)
        yield f"\n  <details><summary>{_escaped(detail.title)}</summary>\n\n  {fence}"
        yield from (f"  {line}" for line in detail.text.rstrip().splitlines())
        yield f"  {fence}\n  </details>\n"


def _bounded(parts: Iterable[str]) -> str:
    text, left_out = "", 0
    for part in parts:
        if len(text) + len(part) > MAX_CHARACTERS:
            left_out += 1
        else:
            text += f"{part}\n"
    text += "</details>\n" * (text.count("<details>") - text.count("</details>"))
    return f"{text}\n{left_out} more findings are left out here.\n" if left_out else text


def _escaped(text: str) -> str:
    """Text on one line whose characters mean nothing in Markdown, except those in backticks."""
    pieces = _CODE.split(" ".join(text.split()))
    return "".join(piece if index % 2 else _SPECIAL.sub(r"\\\1", piece) for index, piece in enumerate(pieces))
