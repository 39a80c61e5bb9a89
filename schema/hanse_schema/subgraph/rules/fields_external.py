"""REQUIRES_ and PROVIDES_FIELDS_MISSING_EXTERNAL: required and provided fields are external."""

from __future__ import annotations

from hanse_schema.subgraph.model import has
from hanse_schema.subgraph.subject import FieldSetUse, Step, Subject

_CODES = {
    "requires": "REQUIRES_FIELDS_MISSING_EXTERNAL",
    "provides": "PROVIDES_FIELDS_MISSING_EXTERNAL",
}


def check(subject: Subject) -> None:
    """Report each selected leaf that is neither external nor inside of an external field."""
    for use in subject.uses:
        if use.directive.name == "key" or use.problem:
            continue
        for step in use.steps:
            if not step.selection.selections and not _is_external(step):
                _report(subject, use, step)


def _is_external(step: Step) -> bool:
    return step.in_external or (step.definition is not None and has(step.definition.directives, "external"))


def _report(subject: Subject, use: FieldSetUse, step: Step) -> None:
    verb = "requires" if use.directive.name == "requires" else "provides"
    subject.report.error(
        _CODES[use.directive.name],
        f"`{use.coordinate}` {verb} `{step.coordinate}`, which this subgraph resolves itself anyway: "
        f"mark it {subject.written('external')} if it does not, or take it out of {use.text}.",
        use.directive.node,
        step.definition.node if step.definition else None,
        coordinate=use.coordinate,
    )
