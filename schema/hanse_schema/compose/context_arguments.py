"""Arguments that the router fills from a `@context`. Spec: https://specs.apollo.dev/federation/v2.8"""

from __future__ import annotations

import re

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import FieldSource
from hanse_schema.subgraph.model import applied, string_argument
from hanse_schema.supergraph.model import ContextArgument

_FIELD_VALUE = re.compile(r"\s*\$\s*(?P<context>[_A-Za-z]\w*)(?P<selection>.*)", re.DOTALL)


def split_field_value(text: str) -> tuple[str, str]:
    """Split a field value such as `$user { id }` into context and selection; both are empty if it is malformed."""
    match = _FIELD_VALUE.match(text)
    return (match["context"], match["selection"]) if match is not None else ("", "")


def context_arguments(merging: Merging, source: FieldSource) -> tuple[ContextArgument, ...]:
    """The field's arguments with `@fromContext`. Contexts of a subgraph get its graph's name as prefix."""
    found = []
    for name, definition in source.definition.arguments.items():
        if not definition.directives:
            continue
        for directive in applied(definition.directives, "fromContext"):
            context, selection = split_field_value(string_argument(directive, "field") or "")
            if context:
                found.append(ContextArgument(f"{source.part.name}__{context}", name, definition.type, selection))
    return tuple(found)
