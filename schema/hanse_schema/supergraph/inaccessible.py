"""Checks that `@inaccessible` does not break the API schema.

Specification: https://specs.apollo.dev/inaccessible/v0.2. Codes are those of the reference composer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode, parse_const_value

from hanse_schema.diagnostics import Diagnostic
from hanse_schema.supergraph.links import directive_name
from hanse_schema.supergraph.model import (
    AppliedDirective,
    EnumType,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    ObjectType,
    Supergraph,
    TypeDefinition,
    UnionType,
)
from hanse_schema.type_ref import is_non_null, named_type


def check_inaccessible(supergraph: Supergraph) -> list[Diagnostic]:
    """The errors of an API schema that would refer to hidden elements or have empty types.

    Each has a coordinate but no location, since it concerns the supergraph.
    """
    name = directive_name(supergraph, "inaccessible")
    return [] if name is None else list(_Check(supergraph, name).run())


class _Check:
    def __init__(self, supergraph: Supergraph, directive: str) -> None:
        self._supergraph = supergraph
        self._directive = directive

    def run(self) -> Iterator[Diagnostic]:
        """All errors, type by type."""
        query = self._supergraph.types.get(self._supergraph.query)
        if query is not None and self._hidden(query.directives):
            yield Diagnostic(
                "QUERY_ROOT_TYPE_INACCESSIBLE",
                f"`{query.name}` is @inaccessible, but clients need the query root type",
                coordinate=query.name,
            )
        for type_ in self._supergraph.types.values():
            if not self._hidden(type_.directives):
                yield from self._check_type(type_)
        for definition in self._supergraph.directive_definitions.values():
            for argument in definition.arguments.values():
                coordinate = f"@{definition.name}({argument.name}:)"
                yield from self._check_input(argument, coordinate, f"the directive `@{definition.name}`")

    def _check_type(self, type_: TypeDefinition) -> Iterator[Diagnostic]:
        yield from self._check_children(type_)
        if isinstance(type_, ObjectType | InterfaceType):
            for element in self._shown(type_.fields.values()):
                yield from self._check_field(element, f"{type_.name}.{element.name}")
            for name in type_.interfaces:
                interface = self._supergraph.types.get(name)
                if isinstance(interface, InterfaceType) and not self._hidden(interface.directives):
                    yield from self._check_implementation(type_, interface)
        elif isinstance(type_, InputObjectType):
            for value in type_.fields.values():
                yield from self._check_input(value, f"{type_.name}.{value.name}", f"the input type `{type_.name}`")

    def _check_children(self, type_: TypeDefinition) -> Iterator[Diagnostic]:
        what, children = self._children(type_)
        if children and all(children):
            yield Diagnostic(
                "ONLY_INACCESSIBLE_CHILDREN",
                f"`{type_.name}` is accessible, but all its {what} are @inaccessible",
                coordinate=type_.name,
            )

    def _children(self, type_: TypeDefinition) -> tuple[str, list[bool]]:
        """The parts of the type, and whether each is hidden."""
        match type_:
            case ObjectType() | InterfaceType() | InputObjectType():
                return "fields", [self._hidden(child.directives) for child in type_.fields.values()]
            case EnumType():
                return "values", [self._hidden(value.directives) for value in type_.values.values()]
            case UnionType():
                return "members", [self._hides(name) for name in type_.member_names]
            case _:
                return "", []

    def _check_field(self, element: Field, coordinate: str) -> Iterator[Diagnostic]:
        yield from self._check_reference(element.type, coordinate)
        for argument in element.arguments.values():
            yield from self._check_input(argument, f"{coordinate}({argument.name}:)", f"the field `{coordinate}`")

    def _check_input(self, value: InputValue, coordinate: str, parent: str) -> Iterator[Diagnostic]:
        if not self._hidden(value.directives):
            yield from self._check_value(value, coordinate)
        elif _is_required(value):
            yield Diagnostic(
                "REQUIRED_INACCESSIBLE",
                f"`{coordinate}` is @inaccessible, but {parent}, which is accessible, requires it",
                coordinate=coordinate,
            )

    def _check_value(self, value: InputValue, coordinate: str) -> Iterator[Diagnostic]:
        yield from self._check_reference(value.type, coordinate)
        if value.default is not None:
            for hidden in self._hidden_in(parse_const_value(value.default), named_type(value.type)):
                yield Diagnostic(
                    "DEFAULT_VALUE_USES_INACCESSIBLE",
                    f"The default value of `{coordinate}`, which is accessible, uses the @inaccessible `{hidden}`",
                    coordinate=coordinate,
                )

    def _check_reference(self, reference: str, coordinate: str) -> Iterator[Diagnostic]:
        name = named_type(reference)
        if self._hides(name):
            yield Diagnostic(
                "REFERENCED_INACCESSIBLE",
                f"`{coordinate}` is accessible, but its type `{name}` is @inaccessible",
                coordinate=coordinate,
            )

    def _check_implementation(
        self, type_: ObjectType | InterfaceType, interface: InterfaceType
    ) -> Iterator[Diagnostic]:
        for expected in self._shown(interface.fields.values()):
            element = type_.fields.get(expected.name)
            if element is None:
                continue
            coordinate, of = f"{type_.name}.{element.name}", f"{interface.name}.{element.name}"
            if self._hidden(element.directives):
                yield _implemented_by(coordinate, of)
                continue
            for name, argument in element.arguments.items():
                wanted = expected.arguments.get(name)
                if wanted is None:
                    continue
                is_hidden, is_wanted = self._hidden(argument.directives), not self._hidden(wanted.directives)
                if is_hidden and is_wanted:
                    yield _implemented_by(f"{coordinate}({name}:)", f"{of}({name}:)")
                elif not is_hidden and not is_wanted and _is_required(argument):
                    yield Diagnostic(
                        "REQUIRED_INACCESSIBLE",
                        f"`{of}({name}:)` is @inaccessible, but `{coordinate}({name}:)`, which is accessible,"
                        " implements it and is required",
                        coordinate=f"{of}({name}:)",
                    )

    def _hidden_in(self, node: ValueNode, type_name: str) -> Iterator[str]:
        """Coordinates of the hidden enum values and input fields that a default value uses."""
        definition = self._supergraph.types.get(type_name)
        if isinstance(node, ListValueNode):
            for item in node.values:
                yield from self._hidden_in(item, type_name)
        elif isinstance(node, EnumValueNode) and isinstance(definition, EnumType):
            value = definition.values.get(node.value)
            if value is not None and self._hidden(value.directives):
                yield f"{type_name}.{value.name}"
        elif isinstance(node, ObjectValueNode) and isinstance(definition, InputObjectType):
            for given in node.fields:
                field = definition.fields.get(given.name.value)
                if field is not None and self._hidden(field.directives):
                    yield f"{type_name}.{field.name}"
                elif field is not None:
                    yield from self._hidden_in(given.value, named_type(field.type))

    def _shown(self, fields: Iterable[Field]) -> Iterator[Field]:
        return (element for element in fields if not self._hidden(element.directives))

    def _hides(self, name: str) -> bool:
        type_ = self._supergraph.types.get(name)
        return type_ is not None and self._hidden(type_.directives)

    def _hidden(self, directives: Iterable[AppliedDirective]) -> bool:
        return any(directive.name == self._directive for directive in directives)


def _is_required(value: InputValue) -> bool:
    return is_non_null(value.type) and value.default is None


def _implemented_by(coordinate: str, of: str) -> Diagnostic:
    return Diagnostic(
        "IMPLEMENTED_BY_INACCESSIBLE",
        f"`{coordinate}` is @inaccessible, but it implements `{of}`, which is accessible",
        coordinate=coordinate,
    )
