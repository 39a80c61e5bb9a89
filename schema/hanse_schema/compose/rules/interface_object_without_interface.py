"""INTERFACE_OBJECT_USAGE_ERROR: an interface object represents an interface of another subgraph."""

from __future__ import annotations

from hanse_schema.compose.gather import is_interface_object
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs


def interface_object_without_interface(merging: Merging) -> None:
    """Report each type that is an interface object wherever it is defined."""
    for group in merging.types.values():
        if all(is_interface_object(source.definition) for source in group.sources):
            names = subgraphs(source.part.name for source in group.sources)
            merging.report.error(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f"`{group.name}` is an @interfaceObject in {names}, but an interface nowhere: define the interface in "
                "the subgraph that knows its types.",
                group.sources,
                group.name,
            )
