"""A default value is valid for its argument or input field. A string for an enum value is converted."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import InputValueDefinitionNode

from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import InputValueDef, Kind
from hanse_schema.type_ref import named_type


def check(checked: Checked) -> None:
    """Report each default value that is not of its type."""
    for owner in checked.types.values():
        for field in owner.fields.values():
            if field.arguments:
                _check(checked, field.arguments.values(), f"{owner.name}.{field.name}({{}}:)")
        if owner.input_fields:
            _check(checked, owner.input_fields.values(), f"{owner.name}.{{}}")
    for definition in checked.model.directive_definitions.values():
        _check(checked, definition.arguments.values(), f"@{definition.name}({{}}:)")


def _check(checked: Checked, values: Iterable[InputValueDef], coordinate: str) -> None:
    for value in values:
        if value.default is None or not isinstance(value.node, InputValueDefinitionNode):
            continue
        default = value.node.default_value
        problem = checked.constants.problem(default, value.type) if default is not None else None
        if problem:
            place = coordinate.format(value.name)
            checked.error(f"`{place}` has the default {value.default}, {problem}.", value.node, coordinate=place)
        elif '"' in value.default and _is_enum(checked, value):
            value.default = value.default.replace('"', "")


def _is_enum(checked: Checked, value: InputValueDef) -> bool:
    definition = checked.types.get(named_type(value.type))
    return definition is not None and definition.kind is Kind.ENUM
