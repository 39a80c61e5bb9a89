"""INVALID_FIELD_SHARING: a field that several subgraphs resolve is `@shareable` in all of them."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.compose.sources import FieldGroup, FieldSource
from hanse_schema.subgraph.model import Kind, has

CODE = "INVALID_FIELD_SHARING"


def invalid_field_sharing(merging: Merging) -> None:
    """Report each field of an object that several subgraphs resolve without sharing it. Interfaces resolve nothing."""
    for owner in merging.types.values():
        if owner.kind is not Kind.OBJECT:
            continue
        for group in owner.fields.values():
            if owner.name == "Subscription":
                _check_subscription(merging, group)
            elif len(group.sources) + len(group.abstracted) > 1:
                _check(merging, group)


def _check(merging: Merging, group: FieldGroup) -> None:
    resolving = [source for source in (*group.sources, *group.abstracted) if _resolves(merging, group, source)]
    unshared = [source for source in resolving if not _is_shareable(merging, group, source)]
    if len(resolving) > 1 and unshared:
        merging.report.error(
            CODE,
            f"`{group.coordinate}` is resolved by {subgraphs(s.part.name for s in resolving)}: mark it @shareable in "
            f"{subgraphs(s.part.name for s in unshared)}, or resolve it in one subgraph only.",
            [*unshared, *(source for source in resolving if source not in unshared)],
            group.coordinate,
        )


def _check_subscription(merging: Merging, group: FieldGroup) -> None:
    resolving = [source for source in group.sources if _resolves(merging, group, source)]
    if len(resolving) > 1 or any(_is_shareable(merging, group, source) for source in resolving):
        merging.report.error(
            CODE,
            f"`{group.coordinate}` is a subscription, whose events come from one subgraph: it cannot be @shareable, "
            "and only one subgraph can have it.",
            resolving,
            group.coordinate,
        )


def _resolves(merging: Merging, group: FieldGroup, source: FieldSource) -> bool:
    """Whether the subgraph resolves the field: an external one only if it is provided."""
    graph = source.part.graph
    if graph in group.overridden or graph in group.migrating:
        return False
    return not source.external or (source.owner.name, group.name) in merging.use[graph].provided


def _is_shareable(merging: Merging, group: FieldGroup, source: FieldSource) -> bool:
    if source.external or (source.owner.name, group.name) in merging.use[source.part.graph].keys:
        return True
    return has(source.definition.directives, "shareable") or has(source.owner.directives, "shareable")
