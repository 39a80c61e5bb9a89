"""Names that start with `__` are reserved for introspection."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import Node

from hanse_schema.subgraph.graphql_rules.checked import Checked


def check(checked: Checked) -> None:
    """Report each definition with a reserved name."""
    for name, coordinate, node in _names(checked):
        if name.startswith("__"):
            checked.error(
                f"`{coordinate}` starts with `__`, which is reserved for introspection: rename it.",
                node,
                coordinate=coordinate,
            )


def _names(checked: Checked) -> Iterator[tuple[str, str, Node | None]]:
    for owner in checked.types.values():
        yield owner.name, owner.name, owner.nodes[0] if owner.nodes else None
        for field in owner.fields.values():
            yield field.name, f"{owner.name}.{field.name}", field.node
            for argument in field.arguments.values():
                yield argument.name, f"{owner.name}.{field.name}({argument.name}:)", argument.node
        for input_field in owner.input_fields.values():
            yield input_field.name, f"{owner.name}.{input_field.name}", input_field.node
        for value in owner.values.values():
            yield value.name, f"{owner.name}.{value.name}", value.node
    for definition in checked.model.directive_definitions.values():
        yield definition.name, f"@{definition.name}", definition.node
        for argument in definition.arguments.values():
            yield argument.name, f"@{definition.name}({argument.name}:)", argument.node
