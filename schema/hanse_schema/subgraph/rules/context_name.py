"""CONTEXT_NAME_INVALID: a context's name has only letters and digits, so that `$name` can be parsed."""

from __future__ import annotations

import re

from hanse_schema.subgraph.model import applied, string_argument
from hanse_schema.subgraph.subject import Subject

_NAME = re.compile(r"[A-Za-z][0-9A-Za-z]*")


def check(subject: Subject) -> None:
    """Report each `@context` whose name is not letters and digits, a letter first."""
    for owner in subject.types.values():
        for directive in applied(owner.directives, "context"):
            name = string_argument(directive, "name")
            if name is None or not _NAME.fullmatch(name):
                subject.report.error(
                    "CONTEXT_NAME_INVALID",
                    f"`{owner.name}` sets a context called {directive.arguments.get('name')}: a context's name has "
                    "only letters and digits, no underscore, and starts with a letter.",
                    directive.node,
                    coordinate=owner.name,
                )
