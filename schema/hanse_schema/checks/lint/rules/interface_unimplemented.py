"""INTERFACE_UNIMPLEMENTED: every interface has an implementation."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import Kind, has


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each interface that no object implements."""
    implemented = {name for owner in subject.types.values() if owner.kind is Kind.OBJECT for name in owner.interfaces}
    for owner in subject.defined_types:
        if owner.kind is Kind.INTERFACE and owner.name not in implemented and not has(owner.directives, "key"):
            message = f"No object implements the interface `{owner.name}`: implement it, or remove it."
            yield Problem(owner.name, owner.nodes[0], message)


RULE = Rule(
    code="INTERFACE_UNIMPLEMENTED",
    category=Category.STRUCTURE,
    level=Level.WARNING,
    summary="Every interface has an implementation.",
    explanation=(
        "A field of an interface type without an implementation can only be null. The implementations of "
        "an entity interface (`@key`) are checked by composition."
    ),
    check=check,
    options=Options,
)
