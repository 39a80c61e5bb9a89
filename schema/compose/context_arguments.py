"""Arguments that the router fills from a `@context`. Spec: https://specs.apollo.dev/federation/v2.8"""

from __future__ import annotations

import re

from schema.compose.merging import Merging
from schema.compose.sources import FieldSource
from schema.subgraph.model import applied, string_argument
from schema.supergraph.model import ContextArgument

_FIELD_VALUE = re.compile(r"\s*\$\s*(?P<context>[_A-Za-z]\w*)(?P<selection>.*)", re.DOTALL)


def context_arguments(merging: Merging, source: FieldSource) -> tuple[ContextArgument, ...]:
    """The field's arguments with `@fromContext`. Contexts of a subgraph get its graph's name as prefix."""
    found = []
    for name, definition in source.definition.arguments.items():
        if not definition.directives:
            continue
        for directive in applied(definition.directives, "fromContext"):
            match = _FIELD_VALUE.match(string_argument(directive, "field") or "")
            if match is not None:
                context = f"{source.part.name}__{match['context']}"
                found.append(ContextArgument(context, name, definition.type, match["selection"]))
    return tuple(found)
