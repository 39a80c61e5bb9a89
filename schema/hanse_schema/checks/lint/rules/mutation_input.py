"""MUTATION_INPUT: mutations take one argument `input`."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.mutations import mutations
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.subgraph.model import Kind


class InputArgument(Options):
    """`argument` is the name of the only argument."""

    argument: str = "input"


def _is_input_object(subject: LintSubject, reference: str) -> bool:
    found = subject.type_of(reference)
    return found is not None and found.kind is Kind.INPUT_OBJECT


def check(subject: LintSubject, options: InputArgument) -> Iterator[Problem]:
    """Report each mutation that has other arguments than one input object."""
    for use in mutations(subject):
        arguments = use.definition.arguments
        only = next(iter(arguments.values())) if len(arguments) == 1 else None
        named = only is not None and only.name == options.argument
        if arguments and not (named and only is not None and _is_input_object(subject, only.type)):
            message = (
                f"The mutation `{use.coordinate}` has other arguments than `{options.argument}`: "
                "move them into an input object."
            )
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="MUTATION_INPUT",
    category=Category.MUTATIONS,
    level=None,
    summary="Mutations take one argument `input`.",
    explanation=(
        "One input object can grow without a change of the mutation's signature, and a client sends one "
        "variable. Mutations without arguments are accepted. `argument` is its name."
    ),
    check=check,
    options=InputArgument,
)
