"""REQUIRES_ and PROVIDES_FIELDS_MISSING_EXTERNAL, EXTERNAL_MISSING_ON_BASE: adds or removes `@external`."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DirectiveNode, FieldDefinitionNode

from hanse_schema.checks.repair.document import Document, FieldsNode
from hanse_schema.checks.repair.editing import add_directive, add_member, remove
from hanse_schema.checks.repair.field_set_text import without_field
from hanse_schema.checks.repair.fixers.interfaces import signature
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Mark the selected field `@external` if another subgraph resolves it; or do not select it."""
    selected = next(iter(list(graph.found(diagnostic, FieldDefinitionNode))), None)
    if selected is None:
        return
    document, field = selected
    owner = document.owner_of(field)
    if owner is None:
        return
    coordinate = f"{owner.name.value}.{field.name.value}"
    if _is_resolved_elsewhere(graph, document, owner.name.value, field.name.value):
        edits = add_directive(document, field, "external")
        yield Proposal(f"Mark {coordinate} @external in subgraph {document.name}.", edits, Confidence.SAFE)
    for place, directive in graph.found(diagnostic, DirectiveNode):
        edits = without_field(place, directive, field.name.value)
        yield Proposal(f"Take {coordinate} out of @{directive.name.value}: it is resolved here.", edits)


def _is_resolved_elsewhere(graph: Graph, here: Document, type_: str, field: str) -> bool:
    others = (document for document in graph.documents() if document.name != here.name)
    return any(
        not other.applied(node, "external") and not other.applied(owner, "external")
        for other in others
        for owner, node in other.members(type_, field)
    )


def propose_base(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Let one of the subgraphs resolve the field, or another one that has the type."""
    fields = list(graph.found(diagnostic, FieldDefinitionNode))
    for document, field in fields:
        marks = document.applied(field, "external")
        if marks:
            yield Proposal(
                f"Remove @external from {diagnostic.coordinate}: subgraph {document.name} resolves it.",
                tuple(remove(document, mark) for mark in marks),
            )
    type_, _, name = (diagnostic.coordinate or "").partition(".")
    for other in graph.documents():
        owner = next((node for node in other.types(type_) if isinstance(node, FieldsNode)), None)
        if fields and owner is not None and not other.members(type_, name):
            title = f"Add {diagnostic.coordinate} in subgraph {other.name}."
            yield Proposal(title, (add_member(other, owner, signature(*fields[0])),))


FIXER = Fixer(
    ("REQUIRES_FIELDS_MISSING_EXTERNAL", "PROVIDES_FIELDS_MISSING_EXTERNAL"),
    "@requires and @provides select fields that another subgraph resolves, which are marked @external.",
    propose,
    Confidence.SAFE,
)
BASE_FIXER = Fixer(
    ("EXTERNAL_MISSING_ON_BASE",),
    "One subgraph has to resolve the field, so it is not @external there.",
    propose_base,
)
