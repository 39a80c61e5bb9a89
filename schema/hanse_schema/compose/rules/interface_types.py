"""INVALID_GRAPHQL: merged types still implement their merged interfaces.

Spec: https://spec.graphql.org/October2021/#IsValidImplementation()
"""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.subtypes import is_subtype
from hanse_schema.supergraph.model import Field, InterfaceType, ObjectType
from hanse_schema.type_ref import is_non_null


def interface_types(merging: Merging) -> None:
    """Report each merged field that is incompatible with its interface's merged field."""
    for type_ in merging.supergraph.types.values():
        if not isinstance(type_, ObjectType | InterfaceType):
            continue
        for name in type_.interfaces:
            interface = merging.supergraph.types.get(name)
            if isinstance(interface, InterfaceType):
                for expected in interface.fields.values():
                    field = type_.fields.get(expected.name)
                    if field is not None:
                        for problem in _problems(merging, type_.name, field, interface.name, expected):
                            _report(merging, type_.name, interface.name, field.name, problem)


def _problems(merging: Merging, type_: str, field: Field, interface: str, expected: Field) -> Iterator[str]:
    if not is_subtype(field.type, expected.type, merging.subtypes):
        yield (
            f"`{type_}.{field.name}` has the type `{field.type}` in the supergraph, which does not implement "
            f"`{interface}.{field.name}` of type `{expected.type}`: give it the same type"
        )
    for argument in expected.arguments.values():
        own = field.arguments.get(argument.name)
        if own is None:
            yield f"`{type_}.{field.name}` lacks the argument `{argument.name}` of `{interface}.{field.name}`: add it"
        elif own.type != argument.type:
            yield (
                f"`{type_}.{field.name}({argument.name}:)` has the type `{own.type}`, but `{argument.type}` in "
                f"`{interface}`: give it the same type"
            )
    for argument in field.arguments.values():
        if argument.name not in expected.arguments and argument.default is None and is_non_null(argument.type):
            yield (
                f"`{type_}.{field.name}({argument.name}:)` is required, but `{interface}.{field.name}` does not have "
                "it: make it optional"
            )


def _report(merging: Merging, type_: str, interface: str, field: str, problem: str) -> None:
    places = [
        source
        for owner in (type_, interface)
        if (group := merging.types[owner].fields.get(field)) is not None
        for source in group.sources
    ]
    merging.report.error("INVALID_GRAPHQL", f"{problem}.", places, f"{type_}.{field}")
