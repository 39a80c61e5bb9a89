"""Referenced types are defined and have a kind that is allowed at their position."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import Node

from hanse_schema.subgraph import specs
from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import InputValueDef, Kind, TypeDef
from hanse_schema.subgraph.suggest import did_you_mean
from hanse_schema.type_ref import named_type


def check(checked: Checked) -> None:
    """Report each reference to an unknown type or to one of the wrong kind."""
    for owner in checked.types.values():
        for field in owner.fields.values():
            coordinate = f"{owner.name}.{field.name}"
            name = named_type(field.type)
            found = name in specs.BUILT_IN_SCALARS or checked.is_output(name)
            if not found:
                what = "an input object, which no field can return" if found is False else None
                _report(checked, coordinate, name, what, field.node)
            if field.arguments:
                _check_inputs(checked, field.arguments.values(), f"{coordinate}({{}}:)")
        _check_inputs(checked, owner.input_fields.values(), f"{owner.name}.{{}}")
        _check_members(checked, owner)
    for definition in checked.model.directive_definitions.values():
        _check_inputs(checked, definition.arguments.values(), f"@{definition.name}({{}}:)", in_directive=True)
    _check_spec_directives(checked)


def _check_inputs(
    checked: Checked, values: Iterable[InputValueDef], coordinate: str, *, in_directive: bool = False
) -> None:
    for value in values:
        name = named_type(value.type)
        found = checked.is_input(name)
        if found or (in_directive and name in checked.names.types and name in checked.written_types):
            continue
        what = f"of kind {checked.types[name].kind.value}, which no value can have" if found is False else None
        _report(checked, coordinate.format(value.name), name, what, value.node)


def _check_spec_directives(checked: Checked) -> None:
    """A definition of a specification's directive in the SDL refers to types that are defined, too."""
    for name, written in checked.written_directives.items():
        if name in checked.model.directive_definitions:
            continue
        for argument in written.arguments or ():
            directive = specs.read_directive(written).arguments[argument.name.value]
            named = named_type(directive.type)
            if named not in specs.BUILT_IN_SCALARS and named not in checked.written_types:
                _report(checked, f"@{name}({argument.name.value}:)", named, None, argument)


def _report(checked: Checked, coordinate: str, name: str, what: str | None, node: Node | None) -> None:
    if what is not None:
        problem = f"`{name}`, {what}"
    elif checked.names.is_spec_type(name):
        problem = f"`{name}`, which belongs to a specification and not to this schema: define a type of your own"
    else:
        hint = did_you_mean(checked.report, name, [*checked.types, *specs.BUILT_IN_SCALARS])
        problem = f"`{name}`, which this subgraph does not define: define it, or correct the name{hint}"
    checked.error(f"`{coordinate}` is of type {problem}.", _type_node(node), coordinate=coordinate)


def _type_node(node: Node | None) -> Node | None:
    """Where the name of a field's or argument's type is written."""
    while node is not None and (inner := getattr(node, "type", None)) is not None:
        node = inner
    return node


def _check_members(checked: Checked, owner: TypeDef) -> None:
    for member, node in owner.members.items():
        found = checked.types.get(member)
        if found is None or found.kind is not Kind.OBJECT:
            kind = f"of kind {found.kind.value}" if found else "not an object type that this subgraph defines"
            checked.error(
                f"The union `{owner.name}` includes `{member}`, which is {kind}: a union has object types only.",
                node,
                coordinate=owner.name,
            )
    for interface, node in owner.interfaces.items():
        implemented = checked.types.get(interface)
        if implemented is None or implemented.kind is not Kind.INTERFACE:
            kind = f"of kind {implemented.kind.value}" if implemented else "not defined in this subgraph"
            checked.error(
                f"`{owner.name}` implements `{interface}`, which is {kind}: only interfaces can be implemented.",
                node,
                coordinate=owner.name,
            )
