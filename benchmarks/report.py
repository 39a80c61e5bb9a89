"""The benchmark's table, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from benchmarks.measure import Measured, Setting


@dataclass(frozen=True, slots=True)
class Row:
    """A router and a case: the measurement, or a remark: why there is none, or what is wrong with the response."""

    case: str
    contestant: str
    measured: Measured | None
    remark: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether the response is wrong or missing."""
        return self.remark is not None


def report(rows: Sequence[Row], setting: Setting, planning: Sequence[tuple[str, int, float, float]]) -> str:
    """The report as Markdown."""
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores; {setting.connections} connections, "
        f"{setting.rounds} rounds of {setting.seconds:g} s, medians; subgraphs answer after {setting.delay:g} ms.",
        "Router on one core, subgraphs and load on another. CPU is that of the router's process.",
        "",
    ]
    for case, group in groupby(rows, key=lambda row: row.case):
        lines += _table(case, list(group))
    if planning:
        lines += [
            "### Planning, cold",
            "",
            "| operation | fields | plan, CPU ms | compile, CPU ms |",
            "|---|---|---|---|",
        ]
        lines += [f"| {name} | {fields} | {plan:.1f} | {made:.1f} |" for name, fields, plan, made in planning]
        lines.append("")
    return "\n".join(lines)


def _table(case: str, rows: Sequence[Row]) -> list[str]:
    ours = next((row.measured for row in rows if row.contestant == "hanse" and row.measured), None)
    lines = [
        f"### {case}",
        "",
        "| router | CPU ms per request | against ours | requests/s | p99 ms | subgraph requests each |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        found = row.measured
        if found is None:
            lines.append(f"| {row.contestant} | - | - | - | - | {_one_line(row.remark)} |")
            continue
        ratio = f"{found.cpu_ms / ours.cpu_ms:.2f}" if ours else "-"
        remark = f" {_one_line(row.remark)}" if row.remark else ""
        lines.append(
            f"| {row.contestant} | {found.cpu_ms:.3f} | {ratio} | {found.per_second:,.0f} | {found.p99_ms:.0f} "
            f"| {found.fetches:.1f}{remark} |"
        )
    return [*lines, ""]


def _one_line(text: str | None) -> str:
    return " ".join((text or "").replace("|", "/").split())[:300]
