"""Merges arguments and input fields: to the strictest type, and to the common default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import parse_const_value

from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import by_value, subgraphs
from hanse_schema.compose.sources import Source
from hanse_schema.compose.subtypes import most_specific
from hanse_schema.subgraph.model import InputValueDef
from hanse_schema.subgraph.values import python_value
from hanse_schema.supergraph.model import InputValue
from hanse_schema.type_ref import is_non_null


@dataclass(frozen=True, slots=True)
class InputPosition:
    """The kind of an input value, for messages and codes: an argument or an input field."""

    noun: str
    type_mismatch: str
    default_mismatch: str
    type_hint: str


ARGUMENT = InputPosition(
    "argument",
    "FIELD_ARGUMENT_TYPE_MISMATCH",
    "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
)
INPUT_FIELD = InputPosition(
    "input field", "FIELD_TYPE_MISMATCH", "INPUT_FIELD_DEFAULT_MISMATCH", "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
)

InputSources = Sequence[Source[InputValueDef]]


def is_required(definition: InputValueDef) -> bool:
    """Whether a value must be given: its type is non-null and there is no default."""
    return definition.default is None and is_non_null(definition.type)


def merge_input_value(merging: Merging, sources: InputSources, coordinate: str, position: InputPosition) -> InputValue:
    """Merge one argument's or input field's definitions."""
    first = sources[0].definition
    if len(sources) == 1:
        type_, default = first.type, first.default
    else:
        type_ = _merge_type(merging, sources, coordinate, position)
        default = _merge_default(merging, sources, coordinate, position)
    return InputValue(
        name=first.name,
        type=type_,
        default=default,
        description=merge_description(sources, coordinate, merging.report),
        directives=merge_applied(merging, sources, coordinate),
    )


def _merge_type(merging: Merging, sources: InputSources, coordinate: str, position: InputPosition) -> str:
    refs = list(dict.fromkeys(source.definition.type for source in sources))
    if len(refs) == 1:
        return refs[0]
    merged = most_specific(refs)
    types = by_value((source.part.name, source.definition.type) for source in sources)
    if merged is None:
        merging.report.error(
            position.type_mismatch,
            f"The {position.noun} `{coordinate}` has types that do not fit together: {types}. "
            "Give it the same type everywhere.",
            sources,
            coordinate,
        )
        return refs[0]
    merging.report.hint(
        position.type_hint,
        f"The {position.noun} `{coordinate}` has different types: {types}. The supergraph takes the strictest, "
        f"`{merged}`.",
        sources,
        coordinate,
    )
    return merged


def _merge_default(merging: Merging, sources: InputSources, coordinate: str, position: InputPosition) -> str | None:
    given = [source for source in sources if source.definition.default is not None]
    if not given:
        return None
    first = given[0].definition.default
    if not all(same_value(source.definition.default, first) for source in given):
        written = by_value((source.part.name, source.definition.default or "") for source in given)
        merging.report.error(
            position.default_mismatch,
            f"The {position.noun} `{coordinate}` has different default values: {written}. Give it the same everywhere.",
            given,
            coordinate,
        )
    elif len(given) < len(sources):
        without = [source for source in sources if source.definition.default is None]
        merging.report.hint(
            "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
            f"The {position.noun} `{coordinate}` has a default value in {subgraphs(s.part.name for s in given)} but "
            f"none in {subgraphs(s.part.name for s in without)}, so it has none in the supergraph.",
            [*given, *without],
            coordinate,
        )
        return None
    return first


def same_value(one: str | None, other: str | None) -> bool:
    """Whether two values, given as GraphQL text, are equal; None is no value."""
    if one == other or one is None or other is None:
        return one == other
    return bool(python_value(parse_const_value(one)) == python_value(parse_const_value(other)))
