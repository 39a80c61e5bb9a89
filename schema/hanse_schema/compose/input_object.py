"""Merges the definitions of an input object: the fields that all of them have."""

from __future__ import annotations

from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.composite import join_types
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.input_value import INPUT_FIELD, InputSources, is_required, merge_input_value
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.compose.sources import Source, TypeGroup
from hanse_schema.subgraph.model import TypeDef, has
from hanse_schema.supergraph.model import InputObjectType, InputValue, JoinField


def merge_input_object(merging: Merging, group: TypeGroup) -> InputObjectType:
    """The input object in the supergraph.

    A field that some subgraph lacks is dropped, or an error if required. An @inaccessible field is kept: no client
    can give it.
    """
    fields: dict[str, InputValue] = {}
    for name in dict.fromkeys(name for source in group.sources for name in source.definition.input_fields):
        coordinate = f"{group.name}.{name}"
        given = [
            Source(source.part, source.definition.input_fields[name])
            for source in group.sources
            if name in source.definition.input_fields
        ]
        hidden = any(has(source.definition.directives, "inaccessible") for source in given)
        if len(given) < len(group.sources) and not hidden:
            lacking = [source for source in group.sources if name not in source.definition.input_fields]
            _report_missing(merging, given, lacking, coordinate)
        else:
            field = merge_input_value(merging, given, coordinate, INPUT_FIELD)
            field.joins = _joins(given, everywhere=len(given) == len(group.sources))
            fields[name] = field
    if not fields:
        _report_empty(merging, group)
    return InputObjectType(
        name=group.name,
        description=merge_description(group.sources, group.name, merging.report),
        directives=merge_applied(merging, group.sources, group.name),
        joins=join_types(group),
        fields=fields,
    )


def _joins(sources: InputSources, *, everywhere: bool) -> tuple[JoinField, ...]:
    """Records of the subgraphs, where not all have the field, and of its types, where they differ."""
    differing = len({source.definition.type for source in sources}) > 1
    if everywhere and not differing:
        return ()
    return tuple(
        JoinField(graph=source.part.graph, type=source.definition.type if differing else None) for source in sources
    )


def _report_missing(merging: Merging, given: InputSources, lacking: list[Source[TypeDef]], coordinate: str) -> None:
    missing = subgraphs(source.part.name for source in lacking)
    required = [source for source in given if is_required(source.definition)]
    if required:
        merging.report.error(
            "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
            f"The input field `{coordinate}` is required in {subgraphs(s.part.name for s in required)}, but {missing} "
            "does not have it: add it there, or make it optional.",
            [*required, *lacking],
            coordinate,
        )
    else:
        merging.report.hint(
            "INCONSISTENT_INPUT_OBJECT_FIELD",
            f"The input field `{coordinate}` is in {subgraphs(s.part.name for s in given)} but not in {missing}, so it "
            "is not in the supergraph.",
            [*given, *lacking],
            coordinate,
        )


def _report_empty(merging: Merging, group: TypeGroup) -> None:
    merging.report.error(
        "EMPTY_MERGED_INPUT_TYPE",
        f"The input object `{group.name}` has no field in common to {subgraphs(s.part.name for s in group.sources)}, "
        "so none is left in the supergraph: give them one.",
        group.sources,
        group.name,
    )
