"""Merges the definitions of an enum: all values where it is output, the common ones where it is input.

An enum used both ways must be equal in all subgraphs: otherwise a client could send a value that a subgraph does not
define, or receive one that it does not expect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.composite import join_types
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.enum_use import EnumUse
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.compose.sources import Source, TypeGroup
from hanse_schema.subgraph.model import EnumValueDef, TypeDef, has
from hanse_schema.supergraph.model import EnumType, EnumValue, JoinEnumValue

ValueSources = Sequence[Source[EnumValueDef]]


def merge_enum(merging: Merging, group: TypeGroup) -> EnumType:
    """The enum in the supergraph."""
    use = merging.enum_use[group.name]
    if use is EnumUse.NONE:
        _report_unused(merging, group)
    values: dict[str, EnumValue] = {}
    for name in dict.fromkeys(name for source in group.sources for name in source.definition.values):
        given = [
            Source(source.part, source.definition.values[name])
            for source in group.sources
            if name in source.definition.values
        ]
        lacking = [source for source in group.sources if name not in source.definition.values]
        if not lacking or _stays(merging, group.name, use, given, lacking):
            values[name] = _merge_value(merging, given, f"{group.name}.{name}")
    if not values:
        _report_empty(merging, group)
    return EnumType(
        name=group.name,
        description=merge_description(group.sources, group.name, merging.report),
        directives=merge_applied(merging, group.sources, group.name),
        joins=join_types(group),
        values=values,
    )


def _merge_value(merging: Merging, sources: ValueSources, coordinate: str) -> EnumValue:
    return EnumValue(
        name=sources[0].definition.name,
        description=merge_description(sources, coordinate, merging.report),
        directives=merge_applied(merging, sources, coordinate),
        joins=tuple(JoinEnumValue(source.part.graph) for source in sources),
    )


def _stays(merging: Merging, enum: str, use: EnumUse, given: ValueSources, lacking: Sequence[Source[TypeDef]]) -> bool:
    """Whether a value that some definitions lack is kept in the supergraph. Reports errors and hints about it.

    An @inaccessible value of an input enum is kept without a report, since no client can send it.
    """
    if use & EnumUse.INPUT and any(has(source.definition.directives, "inaccessible") for source in given):
        return True
    coordinate = f"{enum}.{given[0].definition.name}"
    having = subgraphs(source.part.name for source in given)
    missing = subgraphs(source.part.name for source in lacking)
    places: list[Source[Any]] = [*given, *lacking]
    if use is EnumUse.BOTH:
        merging.report.error(
            "ENUM_VALUE_MISMATCH",
            f"The enum `{enum}` is used both as input and as output, so its values must be the same everywhere, "
            f"but `{coordinate}` is in {having} and not in {missing}: add it there, or mark it @inaccessible.",
            places,
            coordinate,
        )
        return True
    if use is EnumUse.INPUT:
        merging.report.hint(
            "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
            f"The enum value `{coordinate}` is in {having} but not in {missing}, so it is not in the supergraph, "
            "where the enum is only input.",
            places,
            coordinate,
        )
        return False
    merging.report.hint(
        "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
        f"The enum value `{coordinate}` is in {having} but not in {missing}.",
        places,
        coordinate,
    )
    return True


def _report_unused(merging: Merging, group: TypeGroup) -> None:
    merging.report.hint(
        "UNUSED_ENUM_TYPE",
        f"The enum `{group.name}` is used by no field or argument. The supergraph has all its values.",
        group.sources,
        group.name,
    )


def _report_empty(merging: Merging, group: TypeGroup) -> None:
    merging.report.error(
        "EMPTY_MERGED_ENUM_TYPE",
        f"The enum `{group.name}` is used as input and has no value in common to "
        f"{subgraphs(source.part.name for source in group.sources)}: give them one.",
        group.sources,
        group.name,
    )
