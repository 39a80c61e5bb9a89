"""OVERRIDE_ON_INTERFACE: only resolved fields can be overridden, not fields of an interface."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.override import Override
from hanse_schema.subgraph.model import Kind


def override_on_interface(merging: Merging, override: Override) -> bool:
    """Report an override of a field of an interface."""
    if override.target.owner.kind is not Kind.INTERFACE:
        return False
    merging.report.error(
        "OVERRIDE_ON_INTERFACE",
        f"`{override.coordinate}` is a field of an interface: move its @override to that field of the implementing "
        "types.",
        [(override.target.part, override.directive.node)],
        override.coordinate,
    )
    return True
