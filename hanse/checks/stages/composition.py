"""Compose the subgraphs before and after the change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hanse.checks.graphs import Graph, compose_graph
from hanse.checks.places import Places
from hanse.checks.request import CheckRequest
from hanse_schema.checks.definitions import is_sdl
from hanse_schema.checks.repair import Repair, repairs_for
from hanse_schema.checks.report import CheckName, Detail, Finding, Level, Patch
from hanse_schema.compose import IngestCache
from hanse_schema.diagnostics import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class Composed:
    """The graphs before and after a change; None where the subgraphs do not compose, or there are none.

    `findings` are the errors after the change, and the hints that were not there before.
    """

    before: Graph | None
    after: Graph | None
    findings: tuple[Finding, ...]
    unreadable: bool = False


def compose_both(request: CheckRequest, places: Places) -> Composed:
    """Compose both. SDL that has syntax errors is unreadable."""
    cache = IngestCache()  # most subgraphs are the same before and after
    composition, after = compose_graph(request.after.values(), cache)
    if not request.before:
        old, before = None, None
    else:
        old, before = compose_graph(request.before.values(), cache)
    known = set() if old is None else {(hint.code, hint.message) for hint in old.hints}
    new_hints = [hint for hint in composition.hints if (hint.code, hint.message) not in known]
    repairs = {id(one.diagnostic): one for one in repairs_for(list(request.after.values()), composition)}
    errors = (_with_repair(finding_of(one, places), repairs.get(id(one)), places) for one in composition.errors)
    findings = (*errors, *(finding_of(hint, places) for hint in new_hints))
    unreadable = any(not is_sdl(request.after[name].sdl) for name in request.changed if name in request.after)
    return Composed(before, after, findings, unreadable)


def finding_of(diagnostic: Diagnostic, places: Places, contract: str = "") -> Finding:
    """A diagnostic of composition, or of a contract's, as a finding."""
    return Finding(
        CheckName.COMPOSITION,
        Level.ERROR if diagnostic.severity is Severity.ERROR else Level.NOTE,
        diagnostic.code,
        f"contract {contract}: {diagnostic.message}" if contract else diagnostic.message,
        diagnostic.coordinate,
        contract or diagnostic.message,
        locations=tuple(places.of_diagnostic(location) for location in diagnostic.locations),
    )


def _with_repair(finding: Finding, repair: Repair | None, places: Places) -> Finding:
    """The finding with the patch of its repair; the titles of other patches are a detail."""
    if repair is None:
        return finding
    first, *others = repair.patches
    patch = Patch(first.title, tuple(replace(edit, file=places.file(edit.file)) for edit in first.edits))
    details = (Detail("other repairs", "\n".join(other.title for other in others)),) if others else ()
    return replace(finding, patch=patch, details=(*finding.details, *details))
