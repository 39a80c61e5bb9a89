"""`@override`: a subgraph takes a field over from another, at once or step by step behind a label."""

from __future__ import annotations

from collections.abc import Iterable

from schema.compose.sources import FieldGroup, FieldSource
from schema.subgraph.model import Applied, applied, string_argument


def override_of(source: FieldSource) -> Applied | None:
    """The `@override` applied to the field in that subgraph."""
    if not source.definition.directives:
        return None
    found = applied(source.definition.directives, "override")
    return found[0] if found else None


def label_of(override: Applied) -> str | None:
    """The label under which the override is switched on, None for one that always holds."""
    return string_argument(override, "label")


def resolve_overrides(groups: Iterable[FieldGroup]) -> None:
    """Note on each field which subgraphs' definitions are overridden, or being migrated away."""
    for group in groups:
        by_name = {source.part.name: source for source in group.sources}
        for source in group.sources:
            override = override_of(source)
            origin = by_name.get(string_argument(override, "from") or "") if override else None
            if override is None or origin is None or origin is source:
                continue
            label = label_of(override)
            if label is None:
                group.overridden.add(origin.part.graph)
            else:
                group.migrating[origin.part.graph] = label
