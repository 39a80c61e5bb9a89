"""KEY_, REQUIRES_ and PROVIDES_INVALID_FIELDS_TYPE: `fields` is a string."""

from __future__ import annotations

from hanse_schema.subgraph.subject import Subject


def check(subject: Subject) -> None:
    """Anything but a string in `fields` is refused; lists and bare names were Federation 1's."""
    for use in subject.uses:
        if not use.is_string:
            subject.report.error(
                f"{use.directive.name.upper()}_INVALID_FIELDS_TYPE",
                f'`{use.coordinate}` has {use.text}, but `fields` should be a string: "id", or "id name".',
                use.directive.node,
                coordinate=use.coordinate,
            )
