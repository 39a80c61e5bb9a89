"""INVALID_FIELD_SHARING: a field that several subgraphs resolve is `@shareable` in all of them."""

from __future__ import annotations

from schema.compose.merging import Merging
from schema.compose.sentences import subgraphs
from schema.compose.sources import FieldGroup, FieldSource
from schema.subgraph.model import Kind, has


def invalid_field_sharing(merging: Merging) -> None:
    """Report each field of an object that several subgraphs resolve without sharing it. Interfaces resolve nothing."""
    for owner in merging.types.values():
        if owner.kind is Kind.OBJECT:
            for group in owner.fields.values():
                if len(group.sources) + len(group.abstracted) > 1:
                    _check(merging, group)


def _check(merging: Merging, group: FieldGroup) -> None:
    resolving = [source for source in (*group.sources, *group.abstracted) if _resolves(merging, group, source)]
    if len(resolving) < 2:
        return
    if group.owner.name == "Subscription":
        unshared = resolving
    else:
        unshared = [source for source in resolving if not _is_shareable(merging, group, source)]
    if not unshared:
        return
    advice = (
        "subscriptions come from one subgraph: keep the field in one of them"
        if group.owner.name == "Subscription"
        else f"mark it @shareable in {subgraphs(s.part.name for s in unshared)}, or resolve it in one subgraph only"
    )
    merging.report.error(
        "INVALID_FIELD_SHARING",
        f"`{group.coordinate}` is resolved by {subgraphs(s.part.name for s in resolving)}: {advice}.",
        [*unshared, *(source for source in resolving if source not in unshared)],
        group.coordinate,
    )


def _resolves(merging: Merging, group: FieldGroup, source: FieldSource) -> bool:
    """Whether the subgraph may be asked for the field: an external one only where it is provided."""
    graph = source.part.graph
    if graph in group.overridden or graph in group.migrating:
        return False
    return not source.external or (source.owner.name, group.name) in merging.use[graph].provided


def _is_shareable(merging: Merging, group: FieldGroup, source: FieldSource) -> bool:
    if source.external or (source.owner.name, group.name) in merging.use[source.part.graph].keys:
        return True
    return has(source.definition.directives, "shareable") or has(source.owner.directives, "shareable")
