"""MUTATION_PAYLOAD_NAME: a mutation returns a payload of its own."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from hanse_schema.checks.lint.case import capitalized
from hanse_schema.checks.lint.mutations import mutations
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.type_ref import named_type


class PayloadName(Options):
    """`suffixes` are the accepted ends of a payload's name."""

    suffixes: tuple[str, ...] = Field(default=("Payload", "Result"), min_length=1)


def check(subject: LintSubject, options: PayloadName) -> Iterator[Problem]:
    """Report each mutation whose result has another name."""
    for use in mutations(subject):
        accepted = [f"{capitalized(use.definition.name)}{suffix}" for suffix in options.suffixes]
        result = named_type(use.definition.type)
        if result not in accepted:
            wanted = " or ".join(f"`{name}`" for name in accepted)
            message = f"The mutation `{use.coordinate}` returns `{result}`: return a {wanted}."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="MUTATION_PAYLOAD_NAME",
    category=Category.MUTATIONS,
    level=None,
    summary="A mutation returns a payload of its own.",
    explanation=(
        "`createUser` returns a `CreateUserPayload`, which can grow by fields such as errors or a "
        "client's id. `suffixes` lists the accepted ends of its name. Off by default, because many "
        "schemas return the changed object itself."
    ),
    check=check,
    options=PayloadName,
)
