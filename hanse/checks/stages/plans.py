"""Plan each known operation before and after the change, and report those that need more fetches or levels."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.checks.known_operations import FittingOperation, Refusal
from hanse.checks.plan_comparison import is_regression, moved_fields, plan_size
from hanse.checks.state import CheckState
from hanse_router.operation import Operation
from hanse_router.planner import PlanError, Planner, QueryPlan
from hanse_router.planner.print_plan import print_plan
from hanse_schema.checks.report import AffectedOperation, CheckName, Detail, Finding, Level

MAX_OPERATIONS = 2_000  # that are planned


def check_plans(state: CheckState) -> Iterator[Finding]:
    """A finding for each plan regression of an operation that counts, of the level of the request."""
    level = state.request.plan_regressions
    if level is None or state.request.before == state.request.after:
        return
    counted = [(operation, after) for operation, after in state.checked if operation.known.counts]
    counted.sort(key=lambda pair: (bool(pair[0].known.clients), -pair[0].known.requests))
    for operation, after in counted[:MAX_OPERATIONS]:
        if isinstance(after, Refusal):
            continue  # reported as broken
        finding = _compared(state, operation, after, level)
        if finding is not None:
            yield finding
    if len(counted) > MAX_OPERATIONS:
        rest = len(counted) - MAX_OPERATIONS
        message = f"Plans of the {MAX_OPERATIONS:,} most used operations are compared; {rest:,} more are not."
        yield Finding(CheckName.PLANS, Level.WARNING, "PLANS_NOT_COMPARED", message)


def _compared(state: CheckState, operation: FittingOperation, changed: Operation, level: Level) -> Finding | None:
    before = _plan(state.before.planner, operation.operation)
    after = _plan(state.after.planner, changed)
    if before is None:
        return None
    if after is None:
        return _finding(operation, level, "PLAN_IMPOSSIBLE", "cannot be planned within the limits of a router", ())
    old, new = plan_size(before), plan_size(after)
    if not is_regression(old, new):
        return None
    moved = moved_fields(before, after, {field.path for field in changed.fields()})
    because = f": {moved[0]}{f', and {len(moved) - 1} more' if len(moved) > 1 else ''}" if moved else ""
    details = (
        Detail("Fields that cause it", "\n".join(map(str, moved))),
        Detail("Plan before", print_plan(before)),
        Detail("Plan after", print_plan(after)),
    )
    return _finding(operation, level, "PLAN_REGRESSION", f"needs {new}, before {old}{because}", details)


def _plan(planner: Planner, operation: Operation) -> QueryPlan | None:
    try:
        return planner.plan(operation)
    except (PlanError, RecursionError):
        return None


def _finding(
    operation: FittingOperation, level: Level, code: str, message: str, details: tuple[Detail, ...]
) -> Finding:
    known = operation.known
    affected = AffectedOperation(known.title, known.hash, known.source, "its plan changes", known.clients)
    return Finding(
        CheckName.PLANS,
        level,
        code,
        f"{known.title} {message}. Keep its fields in one subgraph, or accept the slower plan.",
        subject=f"{known.title} {known.hash}",
        details=details,
        affected=(affected,),
    )
