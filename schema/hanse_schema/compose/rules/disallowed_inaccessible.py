"""DISALLOWED_INACCESSIBLE: specification elements, never in the API schema, are not `@inaccessible`."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.subgraph.model import has


def disallowed_inaccessible(merging: Merging) -> None:
    """Report each composed directive with an inaccessible argument."""
    for part in merging.parts:
        for name, definition in part.schema.directive_definitions.items():
            if (part.graph, name) not in merging.carried.composed:
                continue
            for argument in definition.arguments.values():
                if has(argument.directives, "inaccessible"):
                    merging.report.error(
                        "DISALLOWED_INACCESSIBLE",
                        f"`@{name}({argument.name}:)` is @inaccessible, but @{name} belongs to a linked specification, "
                        "which clients do not see anyway: remove @inaccessible.",
                        [(part, argument.node)],
                        f"@{name}({argument.name}:)",
                    )
