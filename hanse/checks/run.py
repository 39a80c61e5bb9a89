"""One check run: the stages in order, and the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hanse.checks.places import Places
from hanse.checks.request import CheckRequest
from hanse.checks.stages.changes import check_changes
from hanse.checks.stages.composition import Composed, compose_both
from hanse.checks.stages.contracts import check_contracts
from hanse.checks.stages.lint import check_lint
from hanse.checks.stages.operations import check_operations
from hanse.checks.stages.ownership import with_ownership
from hanse.checks.stages.plans import check_plans
from hanse.checks.stages.requirements import check_requirements
from hanse.checks.state import CheckState
from hanse_schema.checks.report import CheckName, CheckReport, Finding, SkippedCheck, report_of
from hanse_schema.collection import paused_collection

Stage = Callable[[CheckState], Iterable[Finding]]

STAGES: dict[CheckName, Stage] = {
    CheckName.CONTRACTS: check_contracts,
    CheckName.CHANGES: check_changes,
    CheckName.USAGE: check_operations,
    CheckName.PLANS: check_plans,
    CheckName.REQUIREMENTS: check_requirements,
}


@paused_collection()
def run_checks(request: CheckRequest) -> CheckReport:
    """Compose before and after the change, lint, and run the stages on both. Without both graphs, these are skipped."""
    places = Places(request)
    composed = compose_both(request, places)
    findings = [*composed.findings, *check_lint(request), *request.events.findings]
    skipped = [*request.events.skipped]
    if composed.before is None or composed.after is None:
        skipped += [SkippedCheck(check, _reason(composed, request)) for check in STAGES]
    else:
        state = CheckState(request, places, composed.before, composed.after)
        findings += [places.placed(finding) for stage in STAGES.values() for finding in stage(state)]
    report = report_of(request.changed, with_ownership(findings, request, places), skipped)
    return replace(report, change=request.content, readable=not composed.unreadable)


def _reason(composed: Composed, request: CheckRequest) -> str:
    if composed.after is None:
        return "the subgraphs do not compose"
    return "the published schemas do not compose" if request.before else "nothing is published yet"
