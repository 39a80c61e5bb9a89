"""EXTERNAL_MISSING_ON_BASE: an external field is resolved by some subgraph."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs


def external_missing_on_base(merging: Merging) -> None:
    """Report each field that is external in every subgraph."""
    for owner in merging.types.values():
        for group in owner.fields.values():
            if not group.resolvers and not group.abstracted:
                merging.report.error(
                    "EXTERNAL_MISSING_ON_BASE",
                    f"`{group.coordinate}` is @external in {subgraphs(s.part.name for s in group.sources)}, but no "
                    "other subgraph has it: define it in the one that resolves it.",
                    group.sources,
                    group.coordinate,
                )
