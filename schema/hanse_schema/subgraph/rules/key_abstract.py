"""KEY_FIELDS_SELECT_INVALID_TYPE: key fields do not have an interface or union type."""

from __future__ import annotations

from hanse_schema.subgraph.model import Kind
from hanse_schema.subgraph.subject import Subject
from hanse_schema.type_ref import named_type


def check(subject: Subject) -> None:
    """Report each key field of an abstract type: its selection would be ambiguous."""
    for use in subject.uses:
        if use.directive.name != "key" or use.problem:
            continue
        for step in use.steps:
            target = subject.types.get(named_type(step.definition.type)) if step.definition else None
            if target is not None and target.kind in (Kind.INTERFACE, Kind.UNION):
                subject.report.error(
                    "KEY_FIELDS_SELECT_INVALID_TYPE",
                    f"`{use.coordinate}` has {use.text}, but `{step.coordinate}` is of the {target.kind.value} "
                    f"`{target.name}`, which cannot be part of a key: select fields of scalar, enum or object types.",
                    use.directive.node,
                    coordinate=use.coordinate,
                )
