"""EXTENSION_WITH_NO_BASE: a type that is extended is defined somewhere."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.subgraph.model import TypeDef, has

_ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def extension_with_no_base(merging: Merging) -> None:
    """Report each type that the subgraphs only extend. The roots need no definition, and `@extends` is on one."""
    for group in merging.types.values():
        if group.name not in _ROOTS and all(_only_extends(source.definition) for source in group.sources):
            merging.report.error(
                "EXTENSION_WITH_NO_BASE",
                f"`{group.name}` is extended, but no subgraph defines it: "
                "write `type` for `extend type` (or `enum`, ...) in the subgraph that owns it.",
                group.sources,
                group.name,
            )


def _only_extends(definition: TypeDef) -> bool:
    return definition.is_extension and not has(definition.directives, "extends")
