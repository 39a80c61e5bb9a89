"""The changes between two API schemas, each with its level for clients and the reason for it."""

from __future__ import annotations

from graphql import GraphQLSchema

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.directives import directive_changes
from hanse_schema.checks.changes.kinds import ChangeKind, ChangeLevel
from hanse_schema.checks.changes.roots import root_changes
from hanse_schema.checks.changes.types import type_changes

__all__ = ["Change", "ChangeKind", "ChangeLevel", "diff_schemas"]

RULES = (root_changes, directive_changes, type_changes)
_ORDER = {level: position for position, level in enumerate(ChangeLevel)}


def diff_schemas(before: GraphQLSchema, after: GraphQLSchema) -> list[Change]:
    """All changes from one schema to the other, by level (breaking first), coordinate, kind and subject.

    Both are schemas as clients see them: see `hanse_schema.supergraph.api_schema`. The time is linear in their size.
    """
    changes = [change for rule in RULES for change in rule(before, after)]
    return sorted(changes, key=lambda c: (_ORDER[c.level], c.coordinate, c.kind.name, c.subject))
