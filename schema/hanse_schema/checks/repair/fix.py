"""Applies safe repairs, round by round: what one stage of composition hides is repaired in the next round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hanse_schema.checks.repair.model import Confidence, Repair
from hanse_schema.checks.repair.repairs import repairs_for
from hanse_schema.checks.repair.trial import Trial, apply
from hanse_schema.checks.report import Edit
from hanse_schema.compose import Composition, IngestCache, SubgraphSource, compose

MAX_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Fixed:
    """The subgraphs after safe repairs, the repairs in the order of application, and what is left.

    `remaining` holds the repairs of the errors that `composition` still has.
    """

    sources: tuple[SubgraphSource, ...]
    applied: tuple[Repair, ...]
    composition: Composition
    remaining: tuple[Repair, ...]


def fix(sources: Sequence[SubgraphSource], editable: frozenset[str]) -> Fixed:
    """Compose the subgraphs and apply all safe repairs of those in `editable`, by name, until there are none."""
    current, applied = tuple(sources), list[Repair]()
    cache = IngestCache()
    composition = compose(current, cache)
    for _ in range(MAX_ROUNDS):
        repairs = repairs_for(current, composition)
        safe = [repair for repair in repairs if _may_apply(repair, editable)]
        chosen = _together(current, composition, safe)
        if not chosen:
            return Fixed(current, tuple(applied), composition, tuple(repairs))
        current = tuple(apply(current, _edits(chosen)) or current)
        applied += chosen
        composition = compose(current, cache)
    return Fixed(current, tuple(applied), composition, tuple(repairs_for(current, composition)))


def _may_apply(repair: Repair, editable: frozenset[str]) -> bool:
    return repair.confidence is Confidence.SAFE and all(edit.file in editable for edit in _edits([repair]))


def _together(
    sources: Sequence[SubgraphSource], composition: Composition, repairs: Sequence[Repair]
) -> Sequence[Repair]:
    """The repairs that work when they are applied together: all of them, or else the first one."""
    if len(repairs) < 2:
        return repairs
    trial = Trial(sources, composition)
    works = trial.run([repair.diagnostic for repair in repairs], _edits(repairs)) is not None
    return repairs if works else repairs[:1]


def _edits(repairs: Sequence[Repair]) -> tuple[Edit, ...]:
    return tuple(edit for repair in repairs for patch in repair.patches[:1] for edit in patch.edits)
