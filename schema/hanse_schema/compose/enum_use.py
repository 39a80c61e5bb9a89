"""Whether each enum is used as input, as output, as both, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Flag

from hanse_schema.compose.sources import TypeGroup
from hanse_schema.subgraph.model import Kind
from hanse_schema.supergraph.model import DirectiveDefinition
from hanse_schema.type_ref import named_type


class EnumUse(Flag):
    """The positions in which an enum is used."""

    NONE = 0
    INPUT = 1
    OUTPUT = 2
    BOTH = 3


def enum_use(types: Mapping[str, TypeGroup]) -> dict[str, EnumUse]:
    """The use of every enum over all subgraphs."""
    use = {name: EnumUse.NONE for name, group in types.items() if group.kind is Kind.ENUM}
    if not use:
        return use
    for group in types.values():
        for source in group.sources:
            definition = source.definition
            for field in definition.fields.values():
                _note(use, (field.type,), EnumUse.OUTPUT)
                if field.arguments:
                    _note(use, (argument.type for argument in field.arguments.values()), EnumUse.INPUT)
            if definition.input_fields:
                _note(use, (field.type for field in definition.input_fields.values()), EnumUse.INPUT)
    return use


def note_directives(use: dict[str, EnumUse], directives: Mapping[str, DirectiveDefinition]) -> None:
    """Add the uses in arguments of the directives that the supergraph defines."""
    for definition in directives.values():
        _note(use, (argument.type for argument in definition.arguments.values()), EnumUse.INPUT)


def _note(use: dict[str, EnumUse], refs: Iterable[str], position: EnumUse) -> None:
    for ref in refs:
        name = named_type(ref)
        if name in use:
            use[name] |= position
