"""Which specifications' directives the subgraphs apply anywhere, and under which names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanse_schema.compose.carried import Carried
from hanse_schema.compose.sources import Part
from hanse_schema.subgraph.model import Applied, InputValueDef, SubgraphSchema


def note_used_directives(carried: Carried, parts: Iterable[Part]) -> None:
    """Fill `carried.applied`. Dropped elements count as well: their specifications are linked, too."""
    for part in parts:
        names: set[str] = set()
        for directives in _applications(part.schema):
            if directives:
                names.update(directive.name for directive in directives if directive.spec is not None)
        for name in sorted(names):
            carried.note(part, name)


def _applications(subgraph: SubgraphSchema) -> Iterator[list[Applied]]:
    yield subgraph.schema_directives
    for definition in subgraph.directive_definitions.values():
        yield from _of_values(definition.arguments.values())
    for type_ in subgraph.types.values():
        yield type_.directives
        for field in type_.fields.values():
            yield field.directives
            if field.arguments:
                yield from _of_values(field.arguments.values())
        yield from _of_values(type_.input_fields.values())
        for value in type_.values.values():
            yield value.directives


def _of_values(values: Iterable[InputValueDef]) -> Iterator[list[Applied]]:
    for value in values:
        yield value.directives
