"""EXTERNAL_UNUSED: an external field is used by a field set or an interface."""

from __future__ import annotations

from hanse_schema.subgraph.model import applied, has
from hanse_schema.subgraph.subject import Subject
from hanse_schema.subgraph.used_fields import used_fields


def check(subject: Subject) -> None:
    """Report each external field that no field set and no interface uses."""
    used = used_fields(subject)
    for owner, definition in subject.fields():
        external = applied(definition.directives, "external") if definition.directives else []
        if not external or has(definition.directives, "provides"):
            continue  # Reported as a collision already.
        if (owner.name, definition.name) not in used:
            subject.report.error(
                "EXTERNAL_UNUSED",
                f"`{owner.name}.{definition.name}` is marked {subject.written('external')}, but no @key, @requires, "
                "@provides or implemented interface of this subgraph uses it: remove the field.",
                definition.node,
                coordinate=f"{owner.name}.{definition.name}",
            )
