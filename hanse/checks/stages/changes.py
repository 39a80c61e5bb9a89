"""The changes of the API schema, judged by the operations that they affect."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.checks.impact import finding_of
from hanse.checks.state import CheckState
from hanse_schema.checks.report import CheckName, Finding


def check_changes(state: CheckState) -> Iterator[Finding]:
    """One finding for each change."""
    evidence = state.request.evidence
    yield from (finding_of(impact, evidence, CheckName.CHANGES) for impact in state.impacts)
