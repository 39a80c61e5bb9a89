"""Limits of a document, checked before validation: operations, depth, aliases, fields, directives.

Fragments count at each use.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from hanse_router.errors import LimitExceeded
from hanse_router.settings import LimitSettings


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a selection set with its fragments expanded."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0  # at its own level
    total: int = 0  # at all levels, with the fragments


_NOTHING = Size()


def check_limits(document: DocumentNode, limits: LimitSettings) -> None:
    """Check each operation. Raises LimitExceeded, which names the limit and its setting."""
    measure = _Measure(document)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) > limits.max_operations:
        raise LimitExceeded(
            f"The document has {len(operations)} operations; the maximum is {limits.max_operations}"
            " (limits.max_operations).",
            code="MAX_OPERATIONS_LIMIT",
        )
    for operation in operations:
        size = measure.selections(operation.selection_set)
        _check("MAX_DEPTH_LIMIT", "fields nested", size.depth, "max_depth", limits.max_depth)
        _check("MAX_ALIASES_LIMIT", "aliases", size.aliases, "max_aliases", limits.max_aliases)
        _check("MAX_DIRECTIVES_LIMIT", "directives", size.directives, "max_directives", limits.max_directives)
        _check("MAX_FIELDS_LIMIT", "fields and fragments", size.total, "max_fields", limits.max_fields)
        _check("MAX_ROOT_FIELDS_LIMIT", "root fields", size.fields, "max_root_fields", limits.max_root_fields)


def _check(code: str, what: str, found: int, setting: str, allowed: int) -> None:
    if found > allowed:
        raise LimitExceeded(
            f"The operation has {found} {what}; the maximum is {allowed} (limits.{setting}).", code=code
        )


class _Measure:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        # A fragment inside of itself counts nothing: validation refuses the cycle.
        self._sizes: dict[str, Size] = {}

    def selections(self, selection_set: SelectionSetNode) -> Size:
        depth = aliases = directives = fields = total = 0
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                below = self.selections(selection.selection_set) if selection.selection_set else _NOTHING
                own = selection.alias is not None
                found = Size(below.depth + 1, below.aliases + own, below.directives, 1, below.total)
            elif isinstance(selection, FragmentSpreadNode):
                found = self._fragment(selection.name.value)
            else:
                found = self.selections(selection.selection_set)  # type: ignore[attr-defined]
            depth = max(depth, found.depth)
            aliases += found.aliases
            directives += found.directives + len(selection.directives or ())
            fields += found.fields
            total += found.total + 1
        return Size(depth, aliases, directives, fields, total)

    def _fragment(self, name: str) -> Size:
        if name not in self._sizes:
            self._sizes[name] = _NOTHING
            if (fragment := self._fragments.get(name)) is not None:
                self._sizes[name] = self.selections(fragment.selection_set)
        return self._sizes[name]
