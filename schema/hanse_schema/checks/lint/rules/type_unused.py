"""TYPE_UNUSED: every type can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.reachable import reachable_types, references
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each type that cannot be reached."""
    reached = reachable_types(subject)
    referred = {name for owner in subject.types.values() for name in references(owner) if name != owner.name}
    for owner in subject.defined_types:
        if owner.name not in reached:
            is_alone = owner.name not in referred
            edits = tuple(edit for node in owner.nodes for edit in subject.removal(node) if is_alone)
            message = f"Nothing leads to the {owner.kind.value} `{owner.name}`: use it, or remove it."
            yield Problem(owner.name, owner.nodes[0], message, edits=edits)


RULE = Rule(
    code="TYPE_UNUSED",
    category=Category.STRUCTURE,
    level=Level.WARNING,
    summary="Every type can be reached.",
    explanation=(
        "A type that no root field, entity, interface or directive leads to is in no client's way, but "
        "it is compiled, documented and maintained. Only types that nothing refers to are removed by a "
        "fix; types that refer to each other in a circle are not."
    ),
    check=check,
    options=Options,
    fixes="Remove the type.",
)
