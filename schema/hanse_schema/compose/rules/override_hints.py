"""Hints on overrides: obsolete ones, and those from unknown subgraphs."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.override import Override


def hint_override(merging: Merging, override: Override) -> None:
    """FROM_SUBGRAPH_DOES_NOT_EXIST, OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, OVERRIDE_MIGRATION_IN_PROGRESS, or
    OVERRIDDEN_FIELD_CAN_BE_REMOVED.
    """
    coordinate, target, origin = override.coordinate, override.target, override.origin
    here, there = f'subgraph "{target.part.name}"', f'subgraph "{override.origin_name}"'
    directive = (target.part, override.directive.node)
    report = merging.report
    if origin is None or origin.external:
        if all(part.name != override.origin_name for part in merging.parts):
            report.hint(
                "FROM_SUBGRAPH_DOES_NOT_EXIST",
                f"`{coordinate}` in {here} overrides the one of {there}, but there is no such subgraph.",
                [directive],
                coordinate,
            )
        else:
            report.hint(
                "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
                f"`{coordinate}` is not resolved in {there} any more: its @override in {here} can be removed.",
                [directive],
                coordinate,
            )
        return
    if override.label is not None:
        report.hint(
            "OVERRIDE_MIGRATION_IN_PROGRESS",
            f"`{coordinate}` is on its way from {there} to {here}: once it is all there, remove it from {there}.",
            [origin],
            coordinate,
        )
        return
    needed = merging.use[origin.part.graph].needs(override.group.owner.name, override.group.name)
    advice = (
        "mark it @external there, since keys, @requires, @provides or interfaces still use it"
        if needed
        else "it can be removed there"
    )
    report.hint(
        "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
        f"`{coordinate}` in {there} is overridden by {here}: {advice}.",
        [origin],
        coordinate,
    )
