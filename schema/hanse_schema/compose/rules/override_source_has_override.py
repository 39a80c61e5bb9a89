"""OVERRIDE_SOURCE_HAS_OVERRIDE: overrides do not chain."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.override import Override, override_of


def override_source_has_override(merging: Merging, override: Override) -> bool:
    """Report an override of a field that overrides itself."""
    origin = override.origin
    other = override_of(origin) if origin is not None else None
    if origin is None or other is None:
        return False
    merging.report.error(
        "OVERRIDE_SOURCE_HAS_OVERRIDE",
        f'`{override.coordinate}` in subgraph "{override.target.part.name}" overrides the one of subgraph '
        f'"{origin.part.name}", which has @override itself: keep one of them.',
        [(override.target.part, override.directive.node), (origin.part, other.node)],
        override.coordinate,
    )
    return True
