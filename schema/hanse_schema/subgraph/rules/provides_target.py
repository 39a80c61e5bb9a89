"""PROVIDES_ON_NON_OBJECT_FIELD: a field with `@provides` returns an object, interface or union."""

from __future__ import annotations

from hanse_schema.subgraph.subject import Subject, is_composite


def check(subject: Subject) -> None:
    """Report `@provides` on fields of scalar and enum types."""
    for use in subject.uses:
        if use.directive.name != "provides" or use.field_def is None:
            continue
        if not is_composite(use.parent):
            subject.report.error(
                "PROVIDES_ON_NON_OBJECT_FIELD",
                f"`{use.coordinate}` has {use.text}, but its type {use.field_def.type} has no fields to provide: "
                f"remove {subject.written('provides')}.",
                use.field_def.node,
                use.directive.node,
                coordinate=use.coordinate,
            )
