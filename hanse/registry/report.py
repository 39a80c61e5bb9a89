"""How commands show versions and branches, as text and as JSON."""

from __future__ import annotations

from typing import Any

import click

from hanse.registry.store import Branch, DiffSummary, Version, VersionSummary
from hanse_wire.command_line import print_json


def report_change(version: Version, *, as_json: bool) -> None:
    """Print the version that a change made, or the current one where nothing changed."""
    if as_json:
        print_json(summary_json(version.summary))
    else:
        click.echo(summary_line(version.summary))


def summary_line(summary: VersionSummary) -> str:
    """A version in one line."""
    commit = f" ({summary.commit[:12]})" if summary.commit else ""
    made = " ".join(filter(None, (summary.action.value, summary.detail)))
    when = f"{summary.when:%F %T}"
    return f"{summary.line} {summary.number}: {made} by {summary.who}, {when}{commit}; {_counts(summary.diff)}"


def version_text(version: Version) -> str:
    """A version and its subgraphs, one a line."""
    subgraphs = [
        f"  {one.name}: {one.url or 'no URL'}, {len(one.sdl.encode())} bytes of SDL" for one in version.subgraphs
    ]
    return "\n".join([summary_line(version.summary), *subgraphs])


def summary_json(summary: VersionSummary) -> dict[str, Any]:
    """A version without its schemas."""
    diff = summary.diff
    return {
        "variant": summary.line.variant,
        "branch": summary.line.branch,
        "version": summary.number,
        "action": summary.action.value,
        "detail": summary.detail,
        "who": summary.who,
        "when": summary.when.isoformat(),
        "commit": summary.commit,
        "base_version": summary.base_version,
        "diff": {
            "breaking": diff.breaking,
            "dangerous": diff.dangerous,
            "safe": diff.safe,
            "subgraphs": list(diff.subgraphs),
        },
    }


def version_json(version: Version) -> dict[str, Any]:
    """A version with its subgraphs, the supergraph and the API schema."""
    return {
        **summary_json(version.summary),
        "subgraphs": [{"name": one.name, "url": one.url, "sdl": one.sdl} for one in version.subgraphs],
        "supergraph": version.supergraph,
        "api": version.api,
    }


def branch_json(branch: Branch) -> dict[str, Any]:
    """A branch."""
    return {
        "name": branch.name,
        "variant": branch.variant,
        "who": branch.who,
        "when": branch.when.isoformat(),
        "subgraphs": list(branch.subgraphs),
    }


def _counts(diff: DiffSummary) -> str:
    counts = {"breaking": diff.breaking, "dangerous": diff.dangerous, "safe": diff.safe}
    found = ", ".join(f"{count} {level}" for level, count in counts.items() if count)
    return f"changes: {found}" if found else "the API did not change"
