"""KEY_ and PROVIDES_FIELDS_HAS_ARGS: only `@requires` can select fields that take arguments."""

from __future__ import annotations

from hanse_schema.subgraph.subject import Subject

_CODES = {
    "key": "KEY_FIELDS_HAS_ARGS",
    "provides": "PROVIDES_FIELDS_HAS_ARGS",
}


def check(subject: Subject) -> None:
    """Report each field with arguments in a key or a provided field set."""
    for use in subject.uses:
        if use.directive.name == "requires" or use.problem:
            continue
        for step in use.steps:
            if step.definition is not None and step.definition.arguments:
                subject.report.error(
                    _CODES[use.directive.name],
                    f"`{use.coordinate}` has {use.text}, but `{step.coordinate}` takes arguments: "
                    f"select a field without any.",
                    use.directive.node,
                    step.definition.node,
                    coordinate=use.coordinate,
                )
