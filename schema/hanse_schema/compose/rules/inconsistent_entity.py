"""INCONSISTENT_ENTITY, a hint: a type is an entity in some subgraphs and not in others."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.subgraph.model import Kind, has


def inconsistent_entity(merging: Merging) -> None:
    """Hint at each object with a `@key` in only some of its subgraphs."""
    for group in merging.types.values():
        if group.kind is not Kind.OBJECT or len(group.sources) < 2:
            continue
        plain = [source for source in group.sources if not has(source.definition.directives, "key")]
        if plain and len(plain) < len(group.sources):
            merging.report.hint(
                "INCONSISTENT_ENTITY",
                f"`{group.name}` is an entity, but has no @key in {subgraphs(source.part.name for source in plain)}.",
                plain,
                group.name,
            )
