"""The changes between two API schemas, each with its level for clients and the reason for it."""

from __future__ import annotations

from graphql import GraphQLSchema

from hanse_schema.checks.changes.applications import application_changes
from hanse_schema.checks.changes.applied import Applied, applied_in_schema, applied_in_supergraph, coordinates_of
from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.directives import directive_changes
from hanse_schema.checks.changes.kinds import ChangeKind, ChangeLevel
from hanse_schema.checks.changes.reach import reach_of
from hanse_schema.checks.changes.roots import root_changes
from hanse_schema.checks.changes.types import type_changes
from hanse_schema.supergraph.api_schema import api_schema
from hanse_schema.supergraph.model import Supergraph

__all__ = ["Change", "ChangeKind", "ChangeLevel", "diff_schemas", "diff_supergraphs"]

RULES = (root_changes, directive_changes, type_changes)
_ORDER = {level: position for position, level in enumerate(ChangeLevel)}


def diff_schemas(before: GraphQLSchema, after: GraphQLSchema) -> list[Change]:
    """All changes from one API schema to the other, by level (breaking first), coordinate, kind and subject.

    Applied directives are compared where the schemas were built from SDL. The time is linear in their size.
    """
    return _changes(before, after, applied_in_schema(before), applied_in_schema(after))


def diff_supergraphs(before: Supergraph, after: Supergraph) -> list[Change]:
    """All changes of the API schema from one supergraph to the other, with those of directives applied to its elements.

    The order is that of `diff_schemas`.
    """
    return _changes(api_schema(before), api_schema(after), applied_in_supergraph(before), applied_in_supergraph(after))


def _changes(
    before: GraphQLSchema, after: GraphQLSchema, old_directives: Applied, new_directives: Applied
) -> list[Change]:
    changes = [change for rule in RULES for change in rule(before, after)]
    elements = coordinates_of(before) & coordinates_of(after)
    changes += application_changes(old_directives, new_directives, elements, reach_of(before))
    return sorted(changes, key=lambda c: (_ORDER[c.level], c.coordinate, c.kind.name, c.subject))
