"""REQUIRES_INVALID_FIELDS: `@requires` passes the arguments that fields have in the resolving subgraph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import FieldSource
from hanse_schema.subgraph.field_set import FieldSetError, Selection, parse_field_set
from hanse_schema.subgraph.model import Applied, applied, string_argument
from hanse_schema.supergraph.model import Field, InterfaceType, ObjectType
from hanse_schema.type_ref import is_non_null, named_type


def requires_arguments(merging: Merging) -> None:
    """Report each required argument that a `@requires` omits, and each unknown one that it passes."""
    for owner in merging.types.values():
        for group in owner.fields.values():
            for source in group.sources:
                if source.definition.directives and source.part.graph not in group.overridden:
                    for directive in applied(source.definition.directives, "requires"):
                        _check(merging, source, directive)


def _check(merging: Merging, source: FieldSource, directive: Applied) -> None:
    text = string_argument(directive, "fields") or ""
    try:
        selections = parse_field_set(text)
    except FieldSetError:
        return
    for problem in _problems(merging, source.owner.name, selections):
        merging.report.error(
            "REQUIRES_INVALID_FIELDS",
            f'`{source.coordinate}` in subgraph "{source.part.name}" has @requires(fields: "{text}"), which {problem}.',
            [(source.part, directive.node)],
            source.coordinate,
        )


def _problems(merging: Merging, owner: str, selections: Iterable[Selection]) -> Iterator[str]:
    for selection in selections:
        inner = selection.condition or owner
        if selection.field is not None:
            type_ = merging.supergraph.types.get(owner)
            field = type_.fields.get(selection.field) if isinstance(type_, ObjectType | InterfaceType) else None
            if field is None:
                continue
            yield from _argument_problems(merging, owner, field, selection)
            inner = named_type(field.type)
        yield from _problems(merging, inner, selection.selections or ())


def _argument_problems(merging: Merging, owner: str, field: Field, selection: Selection) -> Iterator[str]:
    given = {name for name, _ in selection.arguments}
    for argument in field.arguments.values():
        if argument.name not in given and argument.default is None and is_non_null(argument.type):
            yield f"gives no value to `{owner}.{field.name}({argument.name}:)`, though one is required: add it"
    for name in sorted(given - field.arguments.keys()):
        yield f"gives a value to `{owner}.{field.name}({name}:)`, which is not in all subgraphs: leave it out"
