"""AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: interfaces inherit access requirements."""

from __future__ import annotations

from hanse_schema.subgraph.model import Applied, Kind, has
from hanse_schema.subgraph.subject import Subject

_ACCESS = frozenset({"authenticated", "requiresScopes", "policy"})


def check(subject: Subject) -> None:
    """Report access directives on interfaces, their fields, and interface objects."""
    for owner in subject.types.values():
        is_interface = owner.kind is Kind.INTERFACE
        is_interface_object = has(owner.directives, "interfaceObject")
        if not is_interface and not is_interface_object:
            continue
        what = "an interface" if is_interface else "an interface object"
        _report(subject, owner.directives, owner.name, f"is {what}")
        for definition in owner.fields.values() if is_interface else ():
            _report(subject, definition.directives, f"{owner.name}.{definition.name}", "is a field of an interface")


def _report(subject: Subject, directives: list[Applied], coordinate: str, what: str) -> None:
    for directive in directives:
        if directive.spec and directive.name in _ACCESS:
            subject.report.error(
                "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
                f"`{coordinate}` {what}, where {subject.written(directive.name)} cannot be used: "
                "put it on the implementing types or their fields.",
                directive.node,
                coordinate=coordinate,
            )
