"""QUERY_NAME_VERB: names of queries do not begin with a verb such as `get` or `list`."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.case import words
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level


class Verbs(Options):
    """`verbs` are the first words that are not accepted."""

    verbs: tuple[str, ...] = ("fetch", "find", "get", "list", "load", "query", "read", "retrieve")


def check(subject: LintSubject, options: Verbs) -> Iterator[Problem]:
    """Report each field of Query whose first of several words is such a verb."""
    for use in subject.fields:
        parts = words(use.definition.name)
        if use.owner.name == "Query" and len(parts) > 1 and parts[0] in options.verbs:
            message = f"The query `{use.coordinate}` begins with the verb `{parts[0]}`: name what it returns."
            yield Problem(use.coordinate, use.definition.node, message)


RULE = Rule(
    code="QUERY_NAME_VERB",
    category=Category.NAMING,
    level=Level.WARNING,
    summary="Names of queries do not begin with a verb such as `get` or `list`.",
    explanation=("A query reads like a field of the graph: `user(id:)`, not `getUser(id:)`. `verbs` lists the words."),
    check=check,
    options=Verbs,
)
