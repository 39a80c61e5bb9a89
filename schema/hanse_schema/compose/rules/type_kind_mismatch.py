"""TYPE_KIND_MISMATCH: a type name has the same kind in all subgraphs."""

from __future__ import annotations

from hanse_schema.compose.gather import is_interface_object
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import by_value
from hanse_schema.compose.sources import Source, TypeGroup
from hanse_schema.subgraph.model import Kind, TypeDef


def type_kind_mismatch(merging: Merging) -> None:
    """Report each name of several kinds, and exclude its types from merging."""
    for group in list(merging.types.values()):
        if len(group.sources) > 1 and len({_kind(source) for source in group.sources}) > 1:
            _report(merging, group)
            del merging.types[group.name]


def _kind(source: Source[TypeDef]) -> Kind:
    return Kind.INTERFACE if is_interface_object(source.definition) else source.definition.kind


def _report(merging: Merging, group: TypeGroup) -> None:
    kinds = by_value((source.part.name, source.definition.kind.value) for source in group.sources)
    merging.report.error(
        "TYPE_KIND_MISMATCH",
        f"`{group.name}` is not the same kind of type everywhere: {kinds}. Rename it, or make it one kind.",
        group.sources,
        group.name,
    )
