"""INTERFACE_OBJECT_USAGE_ERROR: an interface object is an entity."""

from __future__ import annotations

from hanse_schema.subgraph.model import applied, has
from hanse_schema.subgraph.subject import Subject


def check(subject: Subject) -> None:
    """Report `@interfaceObject` types without a key."""
    for owner in subject.types.values():
        for directive in applied(owner.directives, "interfaceObject"):
            if not has(owner.directives, "key"):
                subject.report.error(
                    "INTERFACE_OBJECT_USAGE_ERROR",
                    f"`{owner.name}` has {subject.written('interfaceObject')} but no {subject.written('key')}, so the "
                    "router could not reach it: add the key that the interface has in the other subgraphs.",
                    *owner.nodes[:1],
                    directive.node,
                    coordinate=owner.name,
                )
