"""INVALID_SHAREABLE_USAGE: `@shareable` goes on object types and their fields, once on each."""

from __future__ import annotations

from collections import Counter

from graphql import Node

from hanse_schema.subgraph.model import Applied, Kind
from hanse_schema.subgraph.subject import Subject

_CODE = "INVALID_SHAREABLE_USAGE"


def check(subject: Subject) -> None:
    """Report `@shareable` on interface fields, and twice on one declaration."""
    written = subject.written("shareable")
    for owner, definition in subject.fields():
        if not definition.directives:
            continue
        coordinate = f"{owner.name}.{definition.name}"
        found = [d for d in definition.directives if d.name == "shareable" and d.spec and not d.inherited]
        if found and owner.kind is Kind.INTERFACE:
            subject.report.error(
                _CODE,
                f"`{coordinate}` is a field of an interface: {written} goes on the fields of the implementing types.",
                found[0].node,
                coordinate=coordinate,
            )
        if len(found) > 1:
            _twice(subject, coordinate, found)
    for owner in subject.types.values():
        for declaration in owner.nodes:
            nodes = _applied_at(subject, declaration)
            if len(nodes) > 1:
                subject.report.error(
                    _CODE,
                    f"`{owner.name}` has {written} twice on one declaration: keep one.",
                    *nodes,
                    coordinate=owner.name,
                )


def _applied_at(subject: Subject, declaration: Node) -> list[Node]:
    directives = getattr(declaration, "directives", None) or ()
    counts = Counter(node.name.value for node in directives)
    local = subject.names.local_directive("shareable")
    return [node for node in directives if node.name.value == local] if counts[local] > 1 else []


def _twice(subject: Subject, coordinate: str, found: list[Applied]) -> None:
    subject.report.error(
        _CODE,
        f"`{coordinate}` has {subject.written('shareable')} twice: keep one.",
        *(directive.node for directive in found),
        coordinate=coordinate,
    )
