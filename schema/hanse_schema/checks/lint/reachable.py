"""Which types of a subgraph can be reached, and which types refer to which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from hanse_schema.checks.lint.subject import ROOTS, LintSubject
from hanse_schema.subgraph.model import TypeDef, has
from hanse_schema.type_ref import named_type


def reachable_types(subject: LintSubject) -> set[str]:
    """The names of the types that root fields, entities, extended types and directives lead to, themselves included.

    An interface leads to its implementations, an implementation to its interfaces.
    """
    implementations = defaultdict(list)
    for owner in subject.types.values():
        for interface in owner.interfaces:
            implementations[interface].append(owner.name)
    waiting = [owner.name for owner in subject.types.values() if _is_entry(owner)]
    waiting += [named_type(use.definition.type) for use in subject.directive_arguments]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        found = subject.types.get(name)
        if name not in reached and found is not None:
            reached.add(name)
            waiting += (*references(found), *implementations[name])
    return reached


def references(owner: TypeDef) -> Iterator[str]:
    """The names of the types that a type's definition names."""
    for definition in owner.fields.values():
        yield named_type(definition.type)
        yield from (named_type(argument.type) for argument in definition.arguments.values())
    yield from (named_type(definition.type) for definition in owner.input_fields.values())
    yield from owner.interfaces
    yield from owner.members


def _is_entry(owner: TypeDef) -> bool:
    return owner.name in ROOTS or owner.is_extension or has(owner.directives, "key")
