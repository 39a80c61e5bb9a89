"""OVERRIDE_ON_INTERFACE: only what is resolved can be taken over, so no field of an interface."""

from __future__ import annotations

from schema.subgraph.model import Kind, applied
from schema.subgraph.subject import Subject


def check(subject: Subject) -> None:
    """Report `@override` on fields of interfaces."""
    for owner, definition in subject.fields():
        if owner.kind is not Kind.INTERFACE:
            continue
        for directive in applied(definition.directives, "override"):
            subject.report.error(
                "OVERRIDE_ON_INTERFACE",
                f"`{owner.name}.{definition.name}` is a field of an interface: {subject.written('override')} goes on "
                "that field of the implementing types.",
                directive.node,
                coordinate=f"{owner.name}.{definition.name}",
            )
