"""KEY_, REQUIRES_ and PROVIDES_INVALID_FIELDS_TYPE: `fields` is a string."""

from __future__ import annotations

from hanse_schema.subgraph.subject import Subject

_CODES = {
    "key": "KEY_INVALID_FIELDS_TYPE",
    "requires": "REQUIRES_INVALID_FIELDS_TYPE",
    "provides": "PROVIDES_INVALID_FIELDS_TYPE",
}


def check(subject: Subject) -> None:
    """Report `fields` that are not a string; only Federation 1 accepts lists and bare names."""
    for use in subject.uses:
        if not use.is_string:
            subject.report.error(
                _CODES[use.directive.name],
                f'`{use.coordinate}` has {use.text}, but `fields` should be a string: "id", or "id name".',
                use.directive.node,
                coordinate=use.coordinate,
            )
