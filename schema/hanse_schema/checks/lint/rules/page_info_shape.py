"""PAGE_INFO_SHAPE: `PageInfo` has the four fields of the connection specification."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import Kind

_FIELDS = {"hasNextPage": "Boolean!", "hasPreviousPage": "Boolean!", "startCursor": "", "endCursor": ""}


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report what the type PageInfo lacks."""
    owner = subject.types.get("PageInfo")
    if owner is None or owner.kind is not Kind.OBJECT or not owner.nodes:
        return
    for name, reference in _FIELDS.items():
        found = owner.fields.get(name)
        if found is None or (reference and found.type != reference):
            wanted = f"{name}: {reference}" if reference else name
            yield Problem(owner.name, owner.nodes[0], f"`PageInfo` has no field `{wanted}`: add it.", subject=name)


RULE = Rule(
    code="PAGE_INFO_SHAPE",
    category=Category.PAGINATION,
    level=Level.WARNING,
    summary="`PageInfo` has the four fields of the connection specification.",
    explanation=(
        "The connection specification of Relay: `hasNextPage: Boolean!`, `hasPreviousPage: Boolean!`, "
        "`startCursor` and `endCursor`."
    ),
    check=check,
    options=Options,
)
