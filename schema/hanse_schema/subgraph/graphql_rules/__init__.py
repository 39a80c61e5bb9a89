"""The rules of the GraphQL specification: one per module, in the order of one tuple. All report INVALID_GRAPHQL.

Spec: https://spec.graphql.org/October2021/#sec-Type-System
"""

from __future__ import annotations

from collections.abc import Callable

from graphql import DocumentNode

from hanse_schema.subgraph.definitions import check_definitions
from hanse_schema.subgraph.graphql_rules import (
    applied_directives,
    default_values,
    deprecated,
    empty_types,
    implementations,
    input_cycles,
    reserved_names,
    root_types,
    type_references,
)
from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import SubgraphSchema
from hanse_schema.subgraph.names import Names
from hanse_schema.subgraph.report import Report

# First: all referenced types exist and have the right kind. The other rules rely on it.
REFERENCE_RULES: tuple[Callable[[Checked], None], ...] = (
    root_types.check,
    type_references.check,
)
RULES: tuple[Callable[[Checked], None], ...] = (
    reserved_names.check,
    empty_types.check,
    implementations.check,
    applied_directives.check,
    default_values.check,
    deprecated.check,
    input_cycles.check,
)


def check_graphql(model: SubgraphSchema, document: DocumentNode, names: Names, report: Report) -> None:
    """Report invalid GraphQL in one subgraph's schema, and redefinitions of specification elements."""
    checked = Checked(model, document, names, report)
    for rule in REFERENCE_RULES:
        rule(checked)
    if not report.failed():
        check_definitions(document.definitions, names, report)
    if not report.failed():
        for rule in RULES:
            rule(checked)
