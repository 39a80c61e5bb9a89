"""COST_APPLIED_TO_INTERFACE_FIELD: the cost of an interface field is that of its implementations."""

from __future__ import annotations

from hanse_schema.subgraph.model import Kind, applied
from hanse_schema.subgraph.subject import Subject


def check(subject: Subject) -> None:
    """Report `@cost` on fields of interfaces."""
    for owner, definition in subject.fields():
        if owner.kind is not Kind.INTERFACE:
            continue
        for directive in applied(definition.directives, "cost"):
            subject.report.error(
                "COST_APPLIED_TO_INTERFACE_FIELD",
                f"`{owner.name}.{definition.name}` is a field of an interface: {subject.written('cost')} goes on that "
                "field of the implementing types.",
                directive.node,
                coordinate=f"{owner.name}.{definition.name}",
            )
