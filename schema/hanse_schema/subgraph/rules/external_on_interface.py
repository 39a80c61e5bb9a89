"""EXTERNAL_ON_INTERFACE: an interface's fields are resolved by its implementations, so none is external."""

from __future__ import annotations

from hanse_schema.subgraph.model import Kind, applied
from hanse_schema.subgraph.subject import Subject


def check(subject: Subject) -> None:
    """Report each interface field marked external."""
    for owner, definition in subject.fields():
        if owner.kind is not Kind.INTERFACE:
            continue
        for directive in applied(definition.directives, "external"):
            subject.report.error(
                "EXTERNAL_ON_INTERFACE",
                f"`{owner.name}.{definition.name}` is a field of an interface and so resolved nowhere by itself: "
                f"put {subject.written('external')} on that field of the implementing types.",
                directive.node,
                coordinate=f"{owner.name}.{definition.name}",
            )
