"""Changes of an API schema, judged by the operations that they affect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hanse.checks.known_operations import CheckedOperation, FittingOperation, Refusal
from hanse.checks.usage import Evidence
from hanse_schema.checks.affected import Effect, effect_of
from hanse_schema.checks.changes import Change, ChangeLevel, diff_supergraphs
from hanse_schema.checks.report import AffectedOperation, CheckName, Finding, Level
from hanse_schema.supergraph.model import Supergraph

_LEVELS = {
    ChangeLevel.BREAKING: Level.ERROR,
    ChangeLevel.DANGEROUS: Level.WARNING,
    ChangeLevel.SAFE: Level.NOTE,
}
MAX_LISTED = 50  # operations of a finding


@dataclass(frozen=True, slots=True)
class Impact:
    """A change, and the operations that it affects, those that count and those that do not."""

    change: Change
    counted: tuple[AffectedOperation, ...] = ()
    ignored: tuple[AffectedOperation, ...] = ()


def impacts(operations: Sequence[CheckedOperation], before: Supergraph, after: Supergraph) -> list[Impact]:
    """Every change between two API schemas, with the operations that each affects."""
    return [_impact(change, operations) for change in diff_supergraphs(before, after)]


def finding_of(impact: Impact, evidence: Evidence, check: CheckName, prefix: str = "") -> Finding:
    """The finding on a change.

    A breaking change that affects no operation that counts is a note where the evidence is complete.
    """
    change = impact.change
    level, words = _LEVELS[change.level], [f"{prefix}{change.message} {change.reason}"]
    if change.level is ChangeLevel.BREAKING and not impact.counted:
        if evidence.complete:
            level = Level.NOTE
            words.append(f"It is safe: {evidence.words}.")
        else:
            words.append(f"Whether clients depend on it is not known: {evidence.words}.")
    elif change.level is ChangeLevel.BREAKING:
        words.append(f"{_operations(len(impact.counted))} on it: change the clients first, or keep it.")
    if impact.ignored:
        words.append(f"Not counted: {', '.join(operation.name for operation in impact.ignored[:MAX_LISTED])}.")
    return Finding(
        check,
        level,
        change.kind.name,
        " ".join(words),
        change.coordinate or None,
        f"{prefix}{change.subject}".strip(),
        affected=impact.counted[:MAX_LISTED],
        content=f"{prefix}{change.message}",
    )


def _impact(change: Change, operations: Sequence[CheckedOperation]) -> Impact:
    if change.level is ChangeLevel.SAFE:
        return Impact(change)
    counted: list[AffectedOperation] = []
    ignored: list[AffectedOperation] = []
    for operation, after in operations:
        effect = effect_of(change, operation.use, is_valid=not isinstance(after, Refusal))
        if effect.use:
            (counted if operation.known.counts else ignored).append(_affected(operation, effect))
    return Impact(change, tuple(_by_use(counted)), tuple(_by_use(ignored)))


def _affected(operation: FittingOperation, effect: Effect) -> AffectedOperation:
    known = operation.known
    return AffectedOperation(known.title, known.hash, known.source, effect.reason, known.clients)


def _by_use(operations: Iterable[AffectedOperation]) -> list[AffectedOperation]:
    return sorted(operations, key=lambda one: (-sum(client.count for client in one.clients), one.name, one.hash))


def _operations(count: int) -> str:
    return "1 known operation depends" if count == 1 else f"{count:,} known operations depend"
