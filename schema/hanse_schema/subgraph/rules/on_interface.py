"""KEY_, REQUIRES_ and PROVIDES_UNSUPPORTED_ON_INTERFACE: interfaces cannot have these directives."""

from __future__ import annotations

from hanse_schema.subgraph.model import Kind
from hanse_schema.subgraph.subject import Subject, is_composite

KEY_ON_INTERFACE_SINCE = (2, 3)
_CODES = {
    "key": "KEY_UNSUPPORTED_ON_INTERFACE",
    "requires": "REQUIRES_UNSUPPORTED_ON_INTERFACE",
    "provides": "PROVIDES_UNSUPPORTED_ON_INTERFACE",
}


def check(subject: Subject) -> None:
    """Report `@requires` and `@provides` on interface fields, and `@key` on interfaces before v2.3."""
    for use in subject.uses:
        name = use.directive.name
        if use.owner.kind is not Kind.INTERFACE or (name == "key" and subject.version >= KEY_ON_INTERFACE_SINCE):
            continue
        if name == "provides" and not is_composite(use.parent):
            continue  # checked by another rule
        remedy = (
            "link Federation v2.3 or later, where interfaces can have keys"
            if name == "key"
            else "put it on the fields of the types that implement the interface"
        )
        subject.report.error(
            _CODES[name],
            f"`{use.coordinate}` {'is' if use.field_def is None else 'belongs to'} an interface, "
            f"where {subject.written(name)} cannot be used: {remedy}.",
            use.directive.node,
            coordinate=use.coordinate,
        )
