"""QUERY_ROOT_TYPE_INACCESSIBLE, REFERENCED_INACCESSIBLE, ...: nothing refers to an `@inaccessible` element."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.report import Place
from hanse_schema.supergraph.inaccessible import check_inaccessible


def inaccessible(merging: Merging) -> None:
    """Report inaccessible elements that the API schema requires."""
    for found in check_inaccessible(merging.supergraph):
        merging.report.error(found.code, found.message, _places(merging, found.coordinate or ""), found.coordinate)


def _places(merging: Merging, coordinate: str) -> Iterator[Place]:
    """The subgraphs' definitions of the element; for an argument, those of its field."""
    type_name, _, rest = coordinate.partition(".")
    name = rest.partition("(")[0]
    if coordinate.startswith("@"):
        yield from _directive_places(merging, coordinate)
        return
    for part in merging.parts:
        definition = part.schema.types.get(type_name)
        if definition is None:
            continue
        members = definition.fields.get(name) or definition.input_fields.get(name) or definition.values.get(name)
        if members is not None:
            yield part, members.node
        elif not name and definition.nodes:
            yield part, definition.nodes[0]


def _directive_places(merging: Merging, coordinate: str) -> Iterator[Place]:
    """The subgraphs' definitions of a directive's argument: `@x(a:)`."""
    directive, _, argument = coordinate[1:].removesuffix(":)").partition("(")
    for part in merging.parts:
        definition = part.schema.directive_definitions.get(directive)
        if definition is not None and argument in definition.arguments:
            yield part, definition.arguments[argument].node
