"""Merges the arguments of a field or directive: those that all its definitions have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hanse_schema.compose.input_value import ARGUMENT, is_required, merge_input_value
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.compose.sources import FieldSource, Source
from hanse_schema.subgraph.model import InputValueDef, has
from hanse_schema.supergraph.model import InputValue


def merge_arguments(
    merging: Merging, sources: Sequence[Source[Any] | FieldSource], coordinate: str
) -> dict[str, InputValue]:
    """Merge the arguments by name. One that some definition lacks is dropped, with a hint, or an error if required.

    An argument filled from a context in some subgraph cannot be given by clients, so it is dropped as well.
    """
    merged: dict[str, InputValue] = {}
    for name in dict.fromkeys(name for source in sources for name in source.definition.arguments):
        place = f"{coordinate}({name}:)"
        given = [
            Source(source.part, source.definition.arguments[name])
            for source in sources
            if name in source.definition.arguments
        ]
        if any(_is_contextual(source.definition) for source in given):
            _check_contextual(merging, given, place)
        elif len(given) < len(sources):
            _report_missing(merging, given, [s for s in sources if name not in s.definition.arguments], place)
        else:
            merged[name] = merge_input_value(merging, given, place, ARGUMENT)
    return merged


def _is_contextual(definition: InputValueDef) -> bool:
    return bool(definition.directives) and has(definition.directives, "fromContext")


def _check_contextual(merging: Merging, given: Sequence[Source[InputValueDef]], place: str) -> None:
    """Another subgraph can have the argument without a context only if it is optional there."""
    plain = [source for source in given if not _is_contextual(source.definition)]
    if not plain:
        return
    names = subgraphs(source.part.name for source in plain)
    required = [source for source in plain if is_required(source.definition)]
    code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
    message = f"The argument `{place}` is filled from a context, but in {names} it is not"
    if required:
        advice = ", and must be given: add @fromContext or a default value there, or make it nullable."
        merging.report.error(code, message + advice, [*required, *given], place)
    else:
        merging.report.hint(code, f"{message}; it is no part of the supergraph.", [*plain, *given], place)


def _report_missing(
    merging: Merging,
    given: Sequence[Source[InputValueDef]],
    lacking: Sequence[Source[Any] | FieldSource],
    place: str,
) -> None:
    having, missing = subgraphs(s.part.name for s in given), subgraphs(s.part.name for s in lacking)
    required = [source for source in given if is_required(source.definition)]
    if required:
        merging.report.error(
            "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
            f"The argument `{place}` is required in {subgraphs(s.part.name for s in required)}, but {missing} does not "
            "have it: add it there, or make it optional.",
            [*required, *lacking],
            place,
        )
    else:
        merging.report.hint(
            "INCONSISTENT_ARGUMENT_PRESENCE",
            f"The optional argument `{place}` is in {having} but not in {missing}, so it is not in the supergraph.",
            [*given, *lacking],
            place,
        )
