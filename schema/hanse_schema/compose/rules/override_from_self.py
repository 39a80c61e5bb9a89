"""OVERRIDE_FROM_SELF_ERROR: a field is taken over from another subgraph."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.override import Override


def override_from_self(merging: Merging, override: Override) -> bool:
    """Report an override whose source is its own subgraph."""
    if override.target.part.name != override.origin_name:
        return False
    merging.report.error(
        "OVERRIDE_FROM_SELF_ERROR",
        f'`{override.coordinate}` in subgraph "{override.origin_name}" overrides itself: name the subgraph that has '
        "resolved the field so far.",
        [(override.target.part, override.directive.node)],
        override.coordinate,
    )
    return True
