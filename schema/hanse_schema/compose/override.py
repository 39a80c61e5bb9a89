"""`@override`: a subgraph takes over a field from another, completely or progressively by a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sources import FieldGroup, FieldSource
from hanse_schema.subgraph.model import Applied, applied, string_argument


@dataclass(frozen=True, slots=True)
class Override:
    """One `@override`: the field in the overriding subgraph, and in the overridden one, if it exists."""

    group: FieldGroup
    target: FieldSource
    origin: FieldSource | None
    origin_name: str
    label: str | None
    directive: Applied

    @property
    def coordinate(self) -> str:
        """`Type.field`."""
        return self.group.coordinate


def override_of(source: FieldSource) -> Applied | None:
    """The `@override` applied to the field in that subgraph."""
    if not source.definition.directives:
        return None
    found = applied(source.definition.directives, "override")
    return found[0] if found else None


def label_of(override: Applied) -> str | None:
    """The label that activates the override; None if it is always active."""
    return string_argument(override, "label") or None


def overrides(merging: Merging) -> Iterator[Override]:
    """Every `@override` in the subgraphs."""
    for owner in merging.types.values():
        for group in owner.fields.values():
            for target in group.sources:
                directive = override_of(target)
                if directive is not None:
                    name = string_argument(directive, "from") or ""
                    origin = next((source for source in group.sources if source.part.name == name), None)
                    yield Override(group, target, origin, name, label_of(directive), directive)


def apply_override(override: Override) -> None:
    """Mark the overridden subgraph's definition of the field as overridden, or as being migrated."""
    if override.origin is None or override.origin.external:
        return
    graph = override.origin.part.graph
    if override.label is None:
        override.group.overridden.add(graph)
    else:
        override.group.migrating[graph] = override.label
