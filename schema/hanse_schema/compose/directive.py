"""Merges definitions of executable directives: kept where all subgraphs have them, for the locations they share."""

from __future__ import annotations

from collections.abc import Sequence

from hanse_schema.compose.arguments import merge_arguments
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import by_value, subgraphs
from hanse_schema.compose.sources import Part, Source
from hanse_schema.subgraph.model import DirectiveDef
from hanse_schema.supergraph.model import DirectiveDefinition

EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)

DefinitionSources = Sequence[Source[DirectiveDef]]


def merge_executable_directives(merging: Merging) -> dict[str, DirectiveDefinition]:
    """The executable directives of the supergraph by name, without those that are composed."""
    composed = merging.supergraph.directive_definitions
    found: dict[str, list[Source[DirectiveDef]]] = {}
    for part in merging.parts:
        for name, definition in part.schema.directive_definitions.items():
            if name not in composed:
                found.setdefault(name, []).append(Source(part, definition))
    merged = {
        name: _merge(merging, name, sources)
        for name, sources in found.items()
        if any(_executable(source.definition) for source in sources)
    }
    return {name: definition for name, definition in merged.items() if definition is not None}


def _merge(merging: Merging, name: str, sources: DefinitionSources) -> DirectiveDefinition | None:
    having = {source.part.name for source in sources}
    lacking = [part for part in merging.parts if part.name not in having]
    coordinate = f"@{name}"
    if lacking and _common_locations([source for source in sources if source.part.name < lacking[0].name]):
        _report_missing(merging, name, sources, lacking)
        return None
    locations = _merge_locations(merging, sources, coordinate)
    if not locations or lacking:
        return None
    return DirectiveDefinition(
        name=name,
        repeatable=_merge_repeatable(merging, sources, coordinate),
        locations=locations,
        arguments=merge_arguments(merging, sources, coordinate),
        description=merge_description(sources, coordinate, merging.report),
    )


def _executable(definition: DirectiveDef) -> list[str]:
    return [location for location in definition.locations if location in EXECUTABLE]


def _common_locations(sources: DefinitionSources) -> tuple[str, ...]:
    """The executable locations that all definitions have; all there are if there is no definition."""
    if not sources:
        return tuple(sorted(EXECUTABLE))
    return tuple(
        location
        for location in _executable(sources[0].definition)
        if all(location in source.definition.locations for source in sources)
    )


def _merge_locations(merging: Merging, sources: DefinitionSources, coordinate: str) -> tuple[str, ...]:
    locations = _common_locations(sources)
    written = by_value((source.part.name, " | ".join(_executable(source.definition))) for source in sources)
    if not locations:
        merging.report.hint(
            "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
            f"The directive `{coordinate}` is not in the supergraph, as no location is common to all its definitions: "
            f"{written}.",
            sources,
            coordinate,
        )
    elif any(set(_executable(source.definition)) != set(locations) for source in sources):
        merging.report.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
            f"The directive `{coordinate}` has different locations: {written}. The supergraph takes the common ones, "
            f"{' | '.join(locations)}.",
            sources,
            coordinate,
        )
    return locations


def _merge_repeatable(merging: Merging, sources: DefinitionSources, coordinate: str) -> bool:
    once = [source for source in sources if not source.definition.repeatable]
    if not once:
        return True
    if len(once) < len(sources):
        merging.report.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
            f"The directive `{coordinate}` is repeatable, but not in {subgraphs(source.part.name for source in once)}, "
            "so it is not in the supergraph.",
            sources,
            coordinate,
        )
    return False


def _report_missing(merging: Merging, name: str, sources: DefinitionSources, lacking: Sequence[Part]) -> None:
    merging.report.hint(
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
        f"The directive `@{name}` is not in the supergraph, as {subgraphs(part.name for part in lacking)} "
        "does not define it.",
        sources,
        f"@{name}",
    )
