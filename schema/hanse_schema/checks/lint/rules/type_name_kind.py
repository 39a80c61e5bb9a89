"""TYPE_NAME_KIND: names of types do not repeat their kind."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import words
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import Kind

_WORDS = {
    Kind.OBJECT: ("Type", "Object"),
    Kind.INTERFACE: ("Interface",),
    Kind.UNION: ("Union",),
    Kind.ENUM: ("Enum",),
    Kind.SCALAR: ("Scalar",),
}


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each type whose name begins or ends with the word for its kind."""
    for owner in subject.defined_types:
        parts = words(owner.name)
        if len(parts) < 2:
            continue
        repeated = next((part for part in (parts[-1], parts[0]) if part in _WORDS.get(owner.kind, ())), None)
        if repeated is not None:
            message = f"The name of the {owner.kind.value} `{owner.name}` repeats its kind: drop `{repeated}`."
            yield Problem(owner.name, owner.nodes[0], message)


RULE = Rule(
    code="TYPE_NAME_KIND",
    category=Category.NAMING,
    level=Level.WARNING,
    summary="Names of types do not repeat their kind.",
    explanation=(
        "`UserType`, `EnumColor` or `NodeInterface` say twice what the schema says already, and the name "
        "stays when the kind changes. An enum may end in `Type`, as `MediaType` does."
    ),
    check=check,
    options=Options,
)
