"""Every `@deprecated` of a subgraph, with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import Node

from hanse_schema.checks.lint.directives import applications
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.subgraph.model import string_argument


@dataclass(frozen=True, slots=True)
class Deprecation:
    """A deprecated element. The reason is empty if there is none."""

    coordinate: str
    element: Node | None
    directive: Node | None
    reason: str


def deprecations(subject: LintSubject) -> Iterator[Deprecation]:
    """The deprecated fields, arguments, input fields and enum values."""
    for use in applications(subject):
        if use.directive.name == "deprecated" and use.directive.spec is None:
            reason = string_argument(use.directive, "reason") or ""
            yield Deprecation(use.coordinate, use.element, use.directive.node, reason)
