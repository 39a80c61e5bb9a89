"""The fields of Mutation."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.lint.subject import FieldUse, LintSubject


def mutations(subject: LintSubject) -> Iterator[FieldUse]:
    """The mutations of a subgraph."""
    return (use for use in subject.fields if use.owner.name == "Mutation")
