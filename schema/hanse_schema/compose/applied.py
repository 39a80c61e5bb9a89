"""Merges the directives applied to one element in several subgraphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import reduce
from typing import Any

from graphql import parse_const_value
from graphql.language.print_string import print_string

from hanse_schema.compose.carried import DEFAULTS, STRATEGIES
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import by_value
from hanse_schema.compose.sources import FieldSource, Part, Source
from hanse_schema.subgraph.model import Applied
from hanse_schema.subgraph.values import python_value
from hanse_schema.supergraph.model import AppliedDirective

DEPRECATED = '"No longer supported"'

Application = tuple[Part, Applied]


def merge_applied(
    merging: Merging, sources: Sequence[Source[Any] | FieldSource], coordinate: str
) -> tuple[AppliedDirective, ...]:
    """The directives of the element in the supergraph, in the order in which subgraphs apply them."""
    by_name: dict[str, list[Application]] = {}
    for source in sources:
        for directive in source.definition.directives:
            name = merging.carried.name(source.part, directive)
            if name is not None:
                by_name.setdefault(name, []).append((source.part, directive))
    if not by_name:
        return ()
    if merging.carried.composed:
        _add_namesakes(merging, sources, by_name)
    merged: list[AppliedDirective] = []
    for name, applications in by_name.items():
        if merging.carried.repeats(applications[0][1], name):
            arguments = dict.fromkeys(_repeated(part, directive) for part, directive in applications)
            merged += [AppliedDirective(name, given) for given in arguments]
        else:
            merged.append(AppliedDirective(name, _merge_arguments(merging, name, applications, coordinate)))
    return tuple(merged)


def _add_namesakes(
    merging: Merging, sources: Sequence[Source[Any] | FieldSource], by_name: dict[str, list[Application]]
) -> None:
    """A directive composed by one subgraph counts in all that apply a directive of this name to the element."""
    composed = {name for _, name in merging.carried.composed}
    for name in composed & by_name.keys():
        by_name[name] = [
            (source.part, directive)
            for source in sources
            for directive in source.definition.directives
            if directive.spec is None and directive.name == name
        ]


def _repeated(part: Part, directive: Applied) -> tuple[tuple[str, str], ...]:
    """The arguments as written, with contexts prefixed by the subgraph, since they are local to it."""
    if directive.spec is None or directive.name != "context":
        return _arguments(directive)
    return tuple((name, _print(f"{part.name}__{_value(value, None)}")) for name, value in directive.arguments.items())


def _arguments(directive: Applied) -> tuple[tuple[str, str], ...]:
    return tuple(directive.arguments.items())


def _merge_arguments(
    merging: Merging, name: str, applications: list[Application], coordinate: str
) -> tuple[tuple[str, str], ...]:
    meanings = [_meaning(merging, name, directive) for _, directive in applications]
    given = Counter(meanings)
    if len(given) == 1:
        return _arguments(applications[0][1])
    directive = applications[0][1]
    strategy = STRATEGIES.get(directive.name) if directive.spec is not None else None
    places = [(part, applied.node) for part, applied in applications]
    written = by_value((part.name, _text(applied)) for part, applied in applications)
    if strategy is not None:
        merging.report.hint(
            "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
            f"`{coordinate}` has different @{name} arguments: {written}. The supergraph combines them.",
            places,
            coordinate,
        )
        return _combine(applications)
    chosen = given.most_common(1)[0][0]
    kept = applications[meanings.index(chosen)][1]
    merging.report.hint(
        "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        f"`{coordinate}` has different @{name} arguments: {written}. The supergraph takes {_text(kept)}: give it the "
        "same everywhere.",
        places,
        coordinate,
    )
    return _arguments(kept)


def _meaning(merging: Merging, name: str, directive: Applied) -> tuple[tuple[str, str], ...]:
    """The arguments in a canonical order, without those equal to their defaults, so that equivalent ones are equal."""
    definition = merging.supergraph.directive_definitions.get(name) if directive.spec is None else None
    defaults: dict[str, str | None] = {a.name: a.default for a in definition.arguments.values()} if definition else {}
    if directive.spec is not None:
        defaults = {argument: _print(value) for argument, value in DEFAULTS.get(directive.name, {}).items()}
    elif name == "deprecated":
        defaults = {"reason": DEPRECATED}
    return tuple(sorted((key, text) for key, text in directive.arguments.items() if defaults.get(key) != text))


def _text(directive: Applied) -> str:
    return "(" + ", ".join(f"{name}: {value}" for name, value in directive.arguments.items()) + ")"


def _combine(applications: list[Application]) -> tuple[tuple[str, str], ...]:
    directives = [directive for _, directive in applications]
    combined = []
    for argument, strategy in STRATEGIES[directives[0].name].items():
        default = DEFAULTS.get(directives[0].name, {}).get(argument)
        values = [_value(directive.arguments.get(argument), default) for directive in directives]
        value = reduce(strategy, values)
        if value is not None:
            combined.append((argument, _print(value)))
    return tuple(combined)


def _value(text: str | None, default: object) -> Any:
    return default if text is None else python_value(parse_const_value(text))


def _print(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{', '.join(map(_print, value))}]"
        case str():
            return print_string(value)
        case _:
            return str(value)
