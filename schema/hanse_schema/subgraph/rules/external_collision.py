"""EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE: an external field cannot have `@provides`."""

from __future__ import annotations

from hanse_schema.subgraph.model import has
from hanse_schema.subgraph.subject import Subject


def check(subject: Subject) -> None:
    """Report `@provides` on external fields."""
    for use in subject.uses:
        if use.directive.name != "provides" or use.field_def is None:
            continue
        if has(use.field_def.directives, "external"):
            subject.report.error(
                "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
                f"`{use.coordinate}` is marked {subject.written('external')}, so this subgraph never resolves it and "
                f"cannot provide anything with it: remove {use.text}, or {subject.written('external')}.",
                use.field_def.node,
                use.directive.node,
                coordinate=use.coordinate,
            )
