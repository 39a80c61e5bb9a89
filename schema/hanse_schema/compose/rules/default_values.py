"""INVALID_GRAPHQL: default values are still valid after merging, which can narrow types.

Spec: https://spec.graphql.org/October2021/#sec-Values-of-Correct-Type
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphql import EnumValueNode, ListValueNode, NullValueNode, ObjectValueNode, ValueNode, parse_const_value

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.report import Place
from hanse_schema.supergraph.model import EnumType, InputObjectType, InputValue, InterfaceType, ObjectType
from hanse_schema.type_ref import is_list, is_non_null, item_of, named_type, nullable


def default_values(merging: Merging) -> None:
    """Report each default value that uses an enum value or input field that is not in the supergraph."""
    for coordinate, value, places in _inputs(merging):
        if value.default is not None:
            for problem in _problems(merging, value.type, parse_const_value(value.default)):
                merging.report.error(
                    "INVALID_GRAPHQL",
                    f"The default value `{value.default}` of `{coordinate}` is not valid in the supergraph: {problem}.",
                    places,
                    coordinate,
                )


def _inputs(merging: Merging) -> Iterator[tuple[str, InputValue, list[Place]]]:
    """Arguments and input fields, with their coordinates and the subgraphs' definitions."""
    for type_ in merging.supergraph.types.values():
        if isinstance(type_, ObjectType | InterfaceType):
            for field in type_.fields.values():
                for argument in field.arguments.values():
                    group = merging.types[type_.name].fields.get(field.name)
                    places: list[Place] = [
                        (source.part, source.definition.arguments[argument.name].node)
                        for source in (group.sources if group is not None else ())
                        if argument.name in source.definition.arguments
                    ]
                    yield f"{type_.name}.{field.name}({argument.name}:)", argument, places
        elif isinstance(type_, InputObjectType):
            for value in type_.fields.values():
                places = [
                    (source.part, source.definition.input_fields[value.name].node)
                    for source in merging.types[type_.name].sources
                    if value.name in source.definition.input_fields
                ]
                yield f"{type_.name}.{value.name}", value, places
    for definition in merging.supergraph.directive_definitions.values():
        for argument in definition.arguments.values():
            yield f"@{definition.name}({argument.name}:)", argument, []


def _problems(merging: Merging, ref: str, value: ValueNode) -> Iterable[str]:
    """The parts of the value that are not in its merged type. Each subgraph has checked its own definition."""
    if isinstance(value, NullValueNode):
        return [f"`{ref}` cannot be null"] if is_non_null(ref) else []
    ref = nullable(ref)
    if isinstance(value, ListValueNode) and is_list(ref):
        return [problem for item in value.values for problem in _problems(merging, item_of(ref), item)]
    type_ = merging.supergraph.types.get(named_type(ref))
    if isinstance(type_, EnumType) and isinstance(value, EnumValueNode):
        return [] if value.value in type_.values else [f"`{type_.name}` has no value `{value.value}` in all subgraphs"]
    if isinstance(type_, InputObjectType) and isinstance(value, ObjectValueNode):
        return _object_problems(merging, type_, value)
    return []


def _object_problems(merging: Merging, type_: InputObjectType, value: ObjectValueNode) -> Iterator[str]:
    given = {part.name.value: part.value for part in value.fields}
    for name, part in given.items():
        if name not in type_.fields:
            yield f"`{type_.name}` has no field `{name}` in all subgraphs"
        else:
            yield from _problems(merging, type_.fields[name].type, part)
    for field in type_.fields.values():
        if field.name not in given and field.default is None and is_non_null(field.type):
            yield f"`{type_.name}.{field.name}` is required"
