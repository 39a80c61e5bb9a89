"""Sets up a composition: the grouped subgraphs, with the indexes shared by rules and merging."""

from __future__ import annotations

from collections.abc import Iterable

from hanse_schema.compose.carried import Carried, carried_names
from hanse_schema.compose.enum_use import enum_use
from hanse_schema.compose.field_use import field_use
from hanse_schema.compose.gather import gather_parts, gather_types
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.report import Report
from hanse_schema.compose.subtypes import gather_subtypes
from hanse_schema.compose.used_directives import note_used_directives
from hanse_schema.subgraph.model import SubgraphSchema


def prepare(schemas: Iterable[SubgraphSchema]) -> Merging:
    """The initial state of a composition."""
    parts = gather_parts(schemas)
    types = gather_types(parts)
    carried = Carried(names={part.graph: carried_names(part.schema.links) for part in parts})
    note_used_directives(carried, parts)
    return Merging(
        parts=parts,
        types=types,
        subtypes=gather_subtypes(types),
        use={part.graph: field_use(part.schema) for part in parts},
        enum_use=enum_use(types),
        carried=carried,
        report=Report(),
    )
