"""A directive is applied where its definition allows it, with the arguments that it defines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    Node,
    SchemaDefinitionNode,
    SchemaExtensionNode,
)

from hanse_schema.subgraph import specs
from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import Kind
from hanse_schema.subgraph.suggest import did_you_mean
from hanse_schema.type_ref import named_type

_LOCATIONS = {
    Kind.SCALAR: "SCALAR",
    Kind.OBJECT: "OBJECT",
    Kind.INTERFACE: "INTERFACE",
    Kind.UNION: "UNION",
    Kind.ENUM: "ENUM",
    Kind.INPUT_OBJECT: "INPUT_OBJECT",
}
_FIELD_SETS = frozenset({"FieldSet", "_FieldSet"})  # their arguments are checked by other rules

_Element = tuple[str, str, Sequence[DirectiveNode]]  # coordinate, location, applications


def check(checked: Checked) -> None:
    """Report unknown, misplaced and repeated directives, and wrong arguments."""
    for coordinate, location, applications in _elements(checked):
        seen: dict[str, DirectiveNode] = {}
        for node in applications:
            name = node.name.value
            definition = checked.directives.get(name)
            if definition is None:
                checked.error(
                    f"`{coordinate}` has @{name}, which {_unknown(checked, name)}.", node, coordinate=coordinate
                )
                continue
            if location not in definition.locations:
                allowed = ", ".join(sorted(definition.locations))
                checked.error(
                    f"`{coordinate}` has @{name}, which cannot be used on {location}, only on {allowed}.",
                    node,
                    coordinate=coordinate,
                )
                continue
            if name in seen and not definition.repeatable:
                checked.error(
                    f"`{coordinate}` has @{name} twice, but @{name} is not repeatable: keep one.",
                    node,
                    seen[name],
                    coordinate=coordinate,
                )
            seen[name] = node
            if node.arguments or definition.arguments:
                _check_arguments(checked, node, definition, coordinate)


def _unknown(checked: Checked, name: str) -> str:
    federation = specs.federation_directives(specs.LATEST)
    if name not in federation:
        hint = did_you_mean(checked.report, name, [*checked.directives, *federation], "@")
        return f"is not defined: define it, or correct the name{hint}"
    if checked.model.federation_version[0] == 1:
        return f'is of Federation 2: `extend schema @link(url: "{specs.FEDERATION}/v2.3", import: ["@{name}"])`'
    if name not in specs.federation_directives(checked.model.federation_version):
        since = next(minor for minor in range(15) if name in specs.federation_directives((2, minor)))
        return f"is of Federation v2.{since} and later: link that version"
    local = checked.names.local_directive(name)
    return f'is not imported: add "@{name}" to the imports of the Federation @link, or write @{local}'


def _check_arguments(checked: Checked, node: DirectiveNode, definition: specs.SpecDirective, coordinate: str) -> None:
    name = node.name.value
    given: dict[str, Node] = {}
    for part in node.arguments or ():
        argument = definition.arguments.get(part.name.value)
        if argument is None:
            known = ", ".join(definition.arguments) or "none"
            checked.error(
                f"`{coordinate}` has @{name} with an argument `{part.name.value}`, which it does not have "
                f"(it has {known}).",
                node,
                coordinate=coordinate,
            )
            continue
        given[argument.name] = part
        if _is_field_set(checked, argument.type):
            continue
        problem = checked.constants.problem(part.value, argument.type)
        if problem:
            checked.error(
                f"`{coordinate}` has @{name}({argument.name}:) with {problem}: it takes {argument.type}.",
                node,
                coordinate=coordinate,
            )
    for argument in definition.arguments.values():
        if argument.is_required and argument.name not in given:
            checked.error(
                f"`{coordinate}` has @{name} without its argument `{argument.name}: {argument.type}`.",
                node,
                coordinate=coordinate,
            )


def _is_field_set(checked: Checked, type_ref: str) -> bool:
    name = named_type(type_ref)
    return checked.names.types.get(name, name) in _FIELD_SETS


def _elements(checked: Checked) -> Iterator[_Element]:
    """Everything that has directives: coordinate, location and applications."""
    for coordinate, location, applications in (*_document_elements(checked), *_type_elements(checked)):
        if applications:
            yield coordinate, location, applications


def _document_elements(checked: Checked) -> Iterator[_Element]:
    on_schema: list[DirectiveNode] = []
    for node in checked.document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            on_schema.extend(node.directives or ())
        elif isinstance(node, DirectiveDefinitionNode):
            for argument in node.arguments or ():
                yield f"@{node.name.value}({argument.name.value}:)", "ARGUMENT_DEFINITION", _of(argument)
    yield "schema", "SCHEMA", on_schema


def _type_elements(checked: Checked) -> Iterator[_Element]:
    for owner in checked.types.values():
        yield owner.name, _LOCATIONS[owner.kind], [directive for node in owner.nodes for directive in _of(node)]
        for field in owner.fields.values():
            coordinate = f"{owner.name}.{field.name}"
            yield coordinate, "FIELD_DEFINITION", _of(field.node)
            for value in field.arguments.values():
                yield f"{coordinate}({value.name}:)", "ARGUMENT_DEFINITION", _of(value.node)
        for value in owner.input_fields.values():
            yield f"{owner.name}.{value.name}", "INPUT_FIELD_DEFINITION", _of(value.node)
        for enum_value in owner.values.values():
            yield f"{owner.name}.{enum_value.name}", "ENUM_VALUE", _of(enum_value.node)


def _of(node: Node | None) -> Sequence[DirectiveNode]:
    return getattr(node, "directives", None) or ()
