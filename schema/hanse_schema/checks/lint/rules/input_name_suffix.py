"""INPUT_NAME_SUFFIX: names of input objects, and of no other types, end in `Input`."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import Kind


class InputSuffixes(Options):
    """`suffixes` are accepted at the end of an input object's name."""

    suffixes: tuple[str, ...] = Field(default=("Input",), min_length=1)


def check(subject: LintSubject, options: InputSuffixes) -> Iterator[Problem]:
    """Report input objects without the suffix, and other types with `Input`."""
    for owner in subject.defined_types:
        is_input = owner.kind is Kind.INPUT_OBJECT
        if is_input and not owner.name.endswith(options.suffixes):
            suffixes = " or ".join(f"`{suffix}`" for suffix in options.suffixes)
            message = f"The input object `{owner.name}` does not end in {suffixes}: add the suffix."
            yield Problem(owner.name, owner.nodes[0], message)
        elif not is_input and owner.name.endswith("Input"):
            message = f"The {owner.kind.value} `{owner.name}` is no input object, but ends in `Input`: rename it."
            yield Problem(owner.name, owner.nodes[0], message)


RULE = Rule(
    code="INPUT_NAME_SUFFIX",
    category=Category.NAMING,
    level=Level.WARNING,
    summary="Names of input objects, and of no other types, end in `Input`.",
    explanation=(
        "Input objects and objects share one space of names, and an input object cannot be used as a "
        "result. The suffix tells them apart. `suffixes` lists what else is accepted for input objects."
    ),
    check=check,
    options=InputSuffixes,
)
