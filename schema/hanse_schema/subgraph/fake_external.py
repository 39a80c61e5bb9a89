"""`@external` on the key fields of an extension: written for Federation 1's sake, without any meaning."""

from __future__ import annotations

from hanse_schema.subgraph.model import has
from hanse_schema.subgraph.subject import Subject


def drop_fake_external(subject: Subject) -> None:
    """Take `@external` from what the keys of extended types select: the subgraph does resolve it."""
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
