"""CONNECTION_SHAPE: connections have `edges` and `pageInfo`."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import Kind
from hanse_schema.type_ref import is_list, is_non_null, named_type


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each object with the name of a connection and not its fields."""
    for owner in subject.defined_types:
        if owner.kind is not Kind.OBJECT or not owner.name.endswith("Connection"):
            continue
        edges, page_info = owner.fields.get("edges"), owner.fields.get("pageInfo")
        if edges is None or not is_list(edges.type):
            message = f"The connection `{owner.name}` has no list `edges`: add it, or rename the type."
            yield Problem(owner.name, owner.nodes[0], message, subject="edges")
        if page_info is None or named_type(page_info.type) != "PageInfo" or not is_non_null(page_info.type):
            message = f"The connection `{owner.name}` has no `pageInfo: PageInfo!`: add it, or rename the type."
            yield Problem(owner.name, owner.nodes[0], message, subject="pageInfo")


RULE = Rule(
    code="CONNECTION_SHAPE",
    category=Category.PAGINATION,
    level=Level.WARNING,
    summary="Connections have `edges` and `pageInfo`.",
    explanation=(
        "The connection specification of Relay: an object whose name ends in `Connection` has a list "
        "`edges` and a non-null `pageInfo: PageInfo!`. Clients and tools page through connections by "
        "these names."
    ),
    check=check,
    options=Options,
)
