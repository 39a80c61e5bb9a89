"""The fields used by the federation directives and interfaces of a subgraph."""

from __future__ import annotations

from hanse_schema.subgraph.context_selection import context_selections
from hanse_schema.subgraph.model import Kind
from hanse_schema.subgraph.subject import Subject


def used_fields(subject: Subject) -> set[tuple[str, str]]:
    """(type, field) of every field in a field set or required by an implemented interface.

    A field selected on an interface counts for each of its implementations.
    """
    used = fields_in(subject, "key", "requires", "provides")
    for setter, selections in context_selections(subject):
        for step in subject.steps_of(setter, selections):
            if step.definition is not None:
                used.add((step.owner.name, step.definition.name))
    for owner in subject.types.values():
        for interface in owner.interfaces:
            definition = subject.types.get(interface)
            if definition is not None:
                used.update((owner.name, name) for name in definition.fields)
    return used


def fields_in(subject: Subject, *directives: str) -> set[tuple[str, str]]:
    """(type, field) of every field in the field sets of these directives."""
    found: set[tuple[str, str]] = set()
    for use in subject.uses:
        if use.directive.name not in directives:
            continue
        for step in use.steps:
            if step.definition is not None:
                found.add((step.owner.name, step.definition.name))
                if step.owner.kind is Kind.INTERFACE:
                    found.update(
                        (owner.name, step.definition.name) for owner in subject.implementations.get(step.owner.name, ())
                    )
    return found
