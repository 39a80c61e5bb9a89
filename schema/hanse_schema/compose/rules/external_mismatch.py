"""EXTERNAL_TYPE_MISMATCH, EXTERNAL_ARGUMENT_*: an external field looks like the one that other subgraphs resolve."""

from __future__ import annotations

from hanse_schema.compose.input_value import same_value
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import by_value, subgraphs
from hanse_schema.compose.sources import FieldGroup, FieldSource
from hanse_schema.compose.subtypes import is_subtype
from hanse_schema.supergraph.model import Field, InputValue, InterfaceType, ObjectType


def external_mismatch(merging: Merging) -> None:
    """Report each external field whose type or arguments are not those in the supergraph."""
    for group in merging.shared_fields():
        externals = [source for source in group.sources if source.external]
        owner = merging.supergraph.types.get(group.owner.name)
        if externals and isinstance(owner, ObjectType | InterfaceType) and group.name in owner.fields:
            _check(merging, group, owner.fields[group.name], externals)


def _check(merging: Merging, group: FieldGroup, merged: Field, externals: list[FieldSource]) -> None:
    wrong = [source for source in externals if source.definition.type != merged.type]
    if wrong:
        types = by_value((source.part.name, source.definition.type) for source in group.sources)
        merging.report.error(
            "EXTERNAL_TYPE_MISMATCH",
            f"`{group.coordinate}` is @external in {_names(wrong)}, with another type than where it is resolved: "
            f"{types}. Give it the type `{merged.type}`.",
            [*wrong, *group.resolvers],
            group.coordinate,
        )
    for argument in merged.arguments.values():
        _check_argument(merging, group, argument, externals)


def _check_argument(merging: Merging, group: FieldGroup, merged: InputValue, externals: list[FieldSource]) -> None:
    coordinate = f"{group.coordinate}({merged.name}:)"
    having = [source for source in externals if merged.name in source.definition.arguments]
    _report(
        merging,
        "EXTERNAL_ARGUMENT_MISSING",
        f"has no argument `{coordinate}`, but {_names(group.resolvers)} has: add it",
        group,
        [source for source in externals if merged.name not in source.definition.arguments],
        coordinate,
    )
    given = by_value((source.part.name, source.definition.arguments[merged.name].type) for source in having)
    _report(
        merging,
        "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
        f"has another type for `{coordinate}`, {given}: give it the type `{merged.type}`",
        group,
        [s for s in having if not is_subtype(merged.type, s.definition.arguments[merged.name].type, {})],
        coordinate,
    )
    _report(
        merging,
        "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
        f"has another default value for `{coordinate}`: "
        + ("remove it" if merged.default is None else f"give it `{merged.default}`"),
        group,
        [s for s in having if not same_value(s.definition.arguments[merged.name].default, merged.default)],
        coordinate,
    )


def _report(
    merging: Merging, code: str, problem: str, group: FieldGroup, wrong: list[FieldSource], coordinate: str
) -> None:
    if wrong:
        merging.report.error(
            code,
            f"`{group.coordinate}`, which is @external in {_names(wrong)}, {problem}.",
            [*wrong, *group.resolvers],
            coordinate,
        )


def _names(sources: list[FieldSource]) -> str:
    return subgraphs(source.part.name for source in sources)
