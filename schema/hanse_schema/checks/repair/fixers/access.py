"""MISSING_TRANSITIVE_AUTH_REQUIREMENTS: repeats the authorization of the fields that are read."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DirectiveNode, FieldDefinitionNode, Node

from hanse_schema.checks.repair.document import Document, type_name
from hanse_schema.checks.repair.editing import Edits, add_directive
from hanse_schema.checks.repair.field_set_text import field_set_text
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic

_ACCESS = ("authenticated", "requiresScopes", "policy")


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Add the directives of the required fields, and of their types, to the field."""
    for document, field in graph.found(diagnostic, FieldDefinitionNode):
        owner = document.owner_of(field)
        if owner is None:
            continue
        edits: dict[tuple[str, str], Edits] = {}
        for requires in document.applied(field, "requires"):
            for name, arguments in _needed(graph, document, requires, owner.name.value):
                if not document.applied(field, name):
                    edits[name, arguments] = add_directive(document, field, name, arguments)
        if edits and all(edits.values()):
            names = ", ".join(f"@{name}" for name, _ in edits)
            yield Proposal(f"Add {names} to {diagnostic.coordinate}.", tuple(sum(edits.values(), ())))


def _needed(graph: Graph, document: Document, requires: DirectiveNode, type_: str) -> Iterator[tuple[str, str]]:
    """The access directives of what a field set selects, with their arguments as written."""
    found = field_set_text(requires)
    for selected in found.fields(document, type_) if found is not None else ():
        for other in graph.documents():
            for _, node in other.members(selected.owner, selected.node.name.value):
                yield from _access(other, node)
                for target in other.types(type_name(node) or ""):
                    yield from _access(other, target)


def _access(document: Document, node: Node) -> Iterator[tuple[str, str]]:
    for name in _ACCESS:
        for directive in document.applied(node, name):
            arguments = ", ".join(document.source_of(argument) for argument in directive.arguments or ())
            yield name, f"({arguments})" if arguments else ""


FIXER = Fixer(
    ("MISSING_TRANSITIVE_AUTH_REQUIREMENTS",),
    "A field that reads others is not easier to reach than they are.",
    propose,
)
