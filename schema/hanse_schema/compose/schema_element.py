"""The subgraphs' `schema` elements, with their descriptions and directives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hanse_schema.compose.sources import Part, Source
from hanse_schema.subgraph.model import Applied


@dataclass(frozen=True, slots=True)
class SchemaElement:
    """The description and directives of one subgraph's schema."""

    description: str | None
    directives: list[Applied]


def schema_sources(parts: Iterable[Part]) -> list[Source[SchemaElement]]:
    """The schema element of each subgraph."""
    return [Source(part, SchemaElement(part.schema.description, part.schema.schema_directives)) for part in parts]
