"""Required arguments and input fields cannot be deprecated."""

from __future__ import annotations

from collections.abc import Iterable

from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import InputValueDef
from hanse_schema.type_ref import is_non_null


def check(checked: Checked) -> None:
    """Report each required argument or input field that is deprecated."""
    for owner in checked.types.values():
        for field in owner.fields.values():
            if field.arguments:
                _check(checked, field.arguments.values(), f"{owner.name}.{field.name}({{}}:)")
        _check(checked, owner.input_fields.values(), f"{owner.name}.{{}}")


def _check(checked: Checked, values: Iterable[InputValueDef], coordinate: str) -> None:
    for value in values:
        if value.directives and is_non_null(value.type) and value.default is None:
            for directive in value.directives:
                if directive.name == "deprecated":
                    place = coordinate.format(value.name)
                    checked.error(
                        f"`{place}` is required and so cannot be deprecated: make it nullable or give it a default.",
                        directive.node,
                        value.node,
                        coordinate=place,
                    )
