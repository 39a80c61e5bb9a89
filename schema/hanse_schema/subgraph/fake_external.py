"""`@external` on the key fields of an extension: required by Federation 1, without effect."""

from __future__ import annotations

from hanse_schema.subgraph.model import has
from hanse_schema.subgraph.subject import Subject


def drop_fake_external(subject: Subject) -> None:
    """Remove `@external` from the key fields of extended types: the subgraph resolves them."""
    dropped = False
    for use in subject.uses:
        if use.directive.name != "key" or not use.owner.is_extension:
            continue
        for step in use.steps:
            if step.definition is not None and has(step.definition.directives, "external"):
                step.definition.directives = [
                    directive
                    for directive in step.definition.directives
                    if directive.spec is None or directive.name != "external"
                ]
                dropped = True
    if dropped:
        subject.refresh_uses()
