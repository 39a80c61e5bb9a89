"""Known operations that do not fit the published schema, or no longer fit for a reason that no change names."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.checks.known_operations import KnownOperation, Refusal, prepare
from hanse.checks.state import CheckState
from hanse_schema.checks.report import AffectedOperation, CheckName, Detail, Finding, Level

MAX_LISTED = 20  # operations that do not fit


def check_operations(state: CheckState) -> Iterator[Finding]:
    """The findings of the input, the operations that do not fit, and those that break."""
    yield from state.request.findings
    yield from _not_fitting(state)
    explained = {operation.hash for impact in state.impacts for operation in (*impact.counted, *impact.ignored)}
    for operation, after in state.checked:
        known = operation.known
        if isinstance(after, Refusal) and known.counts and known.hash not in explained:
            yield _broken(known, after.reason)


def _not_fitting(state: CheckState) -> Iterator[Finding]:
    for refusal in state.refused[:MAX_LISTED]:
        known = refusal.known
        if isinstance(prepare(known, state.after), Refusal):
            message = f"{known.title} ({known.source}) is not valid for the published schema, so it cannot be checked"
            code, level = "OPERATION_DOES_NOT_FIT", Level.WARNING
        else:
            message = f"{known.title} ({known.source}) becomes valid: the published schema does not fit it"
            code, level = "OPERATION_BECOMES_VALID", Level.NOTE
        yield Finding(CheckName.USAGE, level, code, f"{message}: {refusal.reason}", subject=known.hash)
    rest = state.refused[MAX_LISTED:]
    if rest:
        names = "\n".join(f"{refusal.known.title}: {refusal.reason}" for refusal in rest)
        message = f"{len(rest)} more operations are not valid for the published schema, so they cannot be checked."
        yield Finding(
            CheckName.USAGE,
            Level.WARNING,
            "OPERATIONS_DO_NOT_FIT",
            message,
            details=(Detail("Operations", names),),
        )


def _broken(known: KnownOperation, reason: str) -> Finding:
    affected = AffectedOperation(known.title, known.hash, known.source, "is not valid after the change", known.clients)
    return Finding(
        CheckName.USAGE,
        Level.ERROR,
        "OPERATION_NO_LONGER_VALID",
        f"{known.title} is not valid after the change: {reason} Change its clients first, or keep what it needs.",
        subject=known.hash,
        affected=(affected,),
    )
