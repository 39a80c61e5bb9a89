"""KEY_, REQUIRES_ and PROVIDES_DIRECTIVE_IN_FIELDS_ARG: a field set has no directives in it."""

from __future__ import annotations

from hanse_schema.subgraph.field_set import Selection
from hanse_schema.subgraph.subject import Subject

_CODES = {
    "key": "KEY_DIRECTIVE_IN_FIELDS_ARG",
    "requires": "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
    "provides": "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
}


def check(subject: Subject) -> None:
    """Report each field set in which a directive is applied."""
    for use in subject.uses:
        name = None if use.problem else _first_directive(use.selections)
        if name is not None:
            subject.report.error(
                _CODES[use.directive.name],
                f"`{use.coordinate}` has {use.text}, but directives such as @{name} are not allowed there. Remove it.",
                use.directive.node,
                coordinate=use.coordinate,
            )


def _first_directive(selections: tuple[Selection, ...]) -> str | None:
    for selection in selections:
        found = selection.directives[0] if selection.directives else _first_directive(selection.selections or ())
        if found is not None:
            return found
    return None
