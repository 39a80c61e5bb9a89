"""Lint of the changed subgraphs: what a change adds to the findings."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.checks.request import CheckRequest
from hanse_schema.checks.lint import lint_subgraph
from hanse_schema.checks.report import Finding


def check_lint(request: CheckRequest) -> Iterator[Finding]:
    """The findings in changed subgraphs that were not there before the change; none where lint has no configuration."""
    if request.lint is None:
        return
    for name in request.changed:
        if name in request.after:
            before = request.before.get(name)
            known = set() if before is None else {finding.id for finding in lint_subgraph(before, request.lint)}
            file = request.files.get(name, name)
            found = lint_subgraph(request.after[name], request.lint, file=file)
            yield from (finding for finding in found if finding.id not in known)
