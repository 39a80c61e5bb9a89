"""Finds the repairs of a failed composition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from hanse_schema.checks.repair.fixers import FIXERS_OF
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Proposal, Repair
from hanse_schema.checks.repair.trial import Outcome, Trial
from hanse_schema.checks.report import Patch
from hanse_schema.compose import Composition, SubgraphSource
from hanse_schema.diagnostics import Diagnostic

MAX_REPAIRED = 100  # errors of one composition
MAX_PROPOSALS = 12  # patches tried for one error
MAX_OFFERED = 4  # patches of one repair


def repairs_for(sources: Sequence[SubgraphSource], composition: Composition) -> list[Repair]:
    """The repairs of a composition's errors, in their order; none for an error without a patch that works.

    `sources` are the subgraphs that were composed. The number of errors and of compositions tried is bounded: in large
    graphs with many errors, the safe patches are tried all together.
    """
    graph, trial = Graph(sources, composition.errors), Trial(sources, composition)
    errors = composition.errors[:MAX_REPAIRED]
    together = _safe_together(graph, trial, errors) if 2 * len(errors) > trial.left else {}
    found = (together.get(id(error)) or _repair(graph, trial, error) for error in errors)
    return [repair for repair in found if repair is not None]


def _safe_together(graph: Graph, trial: Trial, errors: Sequence[Diagnostic]) -> dict[int, Repair]:
    """The repairs whose first proposal is safe, by the id of their error, if they work together."""
    found: dict[int, Repair] = {}
    for error in errors:
        for fixer in FIXERS_OF.get(error.code, ())[:1]:
            first = next(fixer.propose(graph, error), None)
            if first is not None and first.confidence is Confidence.SAFE and first.edits:
                found[id(error)] = _offer(error, fixer.explanation, [(first, Outcome())])
    edits = [edit for repair in found.values() for edit in repair.patches[0].edits]
    works = len(found) > 1 and trial.run([repair.diagnostic for repair in found.values()], edits) is not None
    return found if works else {}


def _repair(graph: Graph, trial: Trial, diagnostic: Diagnostic) -> Repair | None:
    for fixer in FIXERS_OF.get(diagnostic.code, ()):
        working = list(_working(trial, diagnostic, fixer.propose(graph, diagnostic)))
        if working:
            return _offer(diagnostic, fixer.explanation, working)
    return None


def _working(trial: Trial, diagnostic: Diagnostic, proposals: Iterator[Proposal]) -> Iterator[tuple[Proposal, Outcome]]:
    """The proposals that work; a safe one ends the search."""
    for proposal in islice(proposals, MAX_PROPOSALS):
        outcome = trial.run([diagnostic], proposal.edits)
        if outcome is None:
            continue
        yield proposal, outcome
        if proposal.confidence is Confidence.SAFE:
            return


def _offer(diagnostic: Diagnostic, explanation: str, working: Sequence[tuple[Proposal, Outcome]]) -> Repair:
    """A safe proposal alone, or the choice among the ones that reveal the fewest errors first."""
    safe = [one for one in working if one[0].confidence is Confidence.SAFE]
    offered = safe[:1] or sorted(working, key=lambda one: len(one[1].reveals))[:MAX_OFFERED]
    return Repair(
        diagnostic,
        explanation,
        Confidence.SAFE if safe else Confidence.CHOICE,
        tuple(Patch(proposal.title, proposal.edits) for proposal, _ in offered),
        offered[0][1].reveals,
    )
