"""The state of merging: the grouped subgraphs, the report, and the supergraph under construction."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from hanse_schema.compose.carried import Carried
from hanse_schema.compose.enum_use import EnumUse
from hanse_schema.compose.field_use import FieldUse
from hanse_schema.compose.report import Report
from hanse_schema.compose.sources import FieldGroup, Part, TypeGroup
from hanse_schema.compose.subtypes import Subtypes
from hanse_schema.supergraph.model import Link, Supergraph


@dataclass
class Merging:
    """The state of one composition.

    `types` holds the subgraphs' definitions, `supergraph` the merged ones so far. `carried` lists the directives that
    stay, `use` which fields each subgraph's directives need.
    """

    parts: list[Part]
    types: dict[str, TypeGroup]
    subtypes: Subtypes
    use: dict[str, FieldUse]  # by graph
    enum_use: dict[str, EnumUse]
    carried: Carried
    report: Report
    supergraph: Supergraph = field(default_factory=Supergraph)
    composed_links: list[Link] = field(default_factory=list)

    @cached_property
    def restricts_access(self) -> bool:
        """Whether any subgraph restricts access."""
        return any(use.access for use in self.use.values())

    def shared_fields(self) -> list[FieldGroup]:
        """The fields of objects and interfaces that more than one subgraph defines."""
        return [group for owner in self.types.values() for group in owner.fields.values() if len(group.sources) > 1]
