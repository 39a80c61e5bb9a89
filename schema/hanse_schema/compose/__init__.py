"""Composition: from subgraphs to one supergraph, or to the errors that prevent it.

`compose([SubgraphSource("users", sdl), ...])` gives a Composition with `.supergraph`, `.errors`, `.hints` and `.sdl`.
"""

from __future__ import annotations

from collections.abc import Sequence

from hanse_schema import satisfiability
from hanse_schema.collection import paused_collection
from hanse_schema.compose.composed import compose_directives
from hanse_schema.compose.composition import Composition, Stage
from hanse_schema.compose.prepare import prepare
from hanse_schema.compose.rules import (
    AFTER_MERGE,
    BEFORE_MERGE,
    ON_API_SCHEMA,
    ON_DIRECTIVES,
    ON_SUPERGRAPH,
    ON_VALID_SUPERGRAPH,
    Rule,
)
from hanse_schema.compose.rules.overrides import resolve_overrides
from hanse_schema.compose.rules.subgraph_names import check_names
from hanse_schema.compose.supergraph import merge_supergraph
from hanse_schema.diagnostics import errors_of, hints_of
from hanse_schema.subgraph import IngestCache, SubgraphSource, ingest_all

__all__ = ["Composition", "IngestCache", "Stage", "SubgraphSource", "compose"]

STAGES: dict[Stage, tuple[Rule, ...]] = {
    Stage.DIRECTIVES: (*ON_DIRECTIVES, compose_directives),
    Stage.MERGE: (resolve_overrides, *BEFORE_MERGE, merge_supergraph, *AFTER_MERGE),
    Stage.SUPERGRAPH: ON_SUPERGRAPH,
    Stage.VALID_SUPERGRAPH: ON_VALID_SUPERGRAPH,
    Stage.API_SCHEMA: ON_API_SCHEMA,
}


@paused_collection()
def compose(subgraphs: Sequence[SubgraphSource], cache: IngestCache | None = None) -> Composition:
    """Compose subgraphs into a supergraph. Never raises: all problems are in the result's errors.

    Each stage requires that the previous one succeeded, so the errors are those of the first stage that has any. With a
    cache that other compositions use too, subgraphs that did not change are not read again; the result is the same.
    """
    refused = check_names(subgraphs)
    if refused:
        return Composition(None, tuple(refused), stage=Stage.NAMES)

    ingested = ingest_all(subgraphs, cache)
    found = [diagnostic for one in ingested for diagnostic in one.diagnostics]
    if errors_of(found):
        return Composition(None, errors_of(found), hints_of(found), Stage.SUBGRAPHS)

    merging = prepare([one.schema for one in ingested if one.schema is not None])
    for stage, steps in STAGES.items():
        for step in steps:
            step(merging)
        if merging.report.errors:
            return Composition(None, tuple(merging.report.errors), tuple(merging.report.hints), stage)

    found = satisfiability.check(merging.supergraph, [part.schema for part in merging.parts])
    hints = (*merging.report.hints, *hints_of(found))
    if errors_of(found):
        return Composition(None, errors_of(found), hints)
    return Composition(merging.supergraph, hints=hints)
