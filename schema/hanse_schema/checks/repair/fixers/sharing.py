"""INVALID_FIELD_SHARING: marks the field `@shareable`, or leaves it in one subgraph."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import FieldDefinitionNode

from hanse_schema.checks.repair.document import Document
from hanse_schema.checks.repair.editing import Edits, add_directive, remove, remove_member
from hanse_schema.checks.repair.field_set_text import key_fields
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic

_Definition = tuple[Document, FieldDefinitionNode]


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Mark the field in all subgraphs; or remove it from all but one. A subscription cannot be shared."""
    definitions = list(graph.found(diagnostic, FieldDefinitionNode))
    coordinate = diagnostic.coordinate or ""
    if coordinate.startswith("Subscription."):
        yield from _unmark(definitions, coordinate)
    else:
        yield from _mark(definitions, coordinate)
    if len(definitions) > 1:
        for kept, _ in definitions:
            edits = [_removed(document, node) for document, node in definitions if document is not kept]
            yield Proposal(f"Resolve {coordinate} in subgraph {kept.name} only.", tuple(sum(edits, ())))


def _mark(definitions: list[_Definition], coordinate: str) -> Iterator[Proposal]:
    unmarked = [one for one in definitions if not _is_shared(*one)]
    edits = [add_directive(document, node, "shareable") for document, node in unmarked]
    if not edits or not all(edits):
        return
    # Where a subgraph shares the field already, its authors mean it to be shared.
    confidence = Confidence.SAFE if len(unmarked) < len(definitions) else Confidence.CHOICE
    where = ", ".join(document.name for document, _ in unmarked)
    yield Proposal(f"Mark {coordinate} @shareable in {where}.", tuple(sum(edits, ())), confidence)


def _unmark(definitions: list[_Definition], coordinate: str) -> Iterator[Proposal]:
    marks = [(document, mark) for document, node in definitions for mark in document.applied(node, "shareable")]
    if marks:
        edits = tuple(remove(document, mark) for document, mark in marks)
        yield Proposal(f"Remove @shareable from {coordinate}.", edits, Confidence.SAFE)


def _is_shared(document: Document, node: FieldDefinitionNode) -> bool:
    owner = document.owner_of(node)
    if document.applied(node, "shareable") or document.applied(node, "external"):
        return True
    if owner is None:
        return False
    return bool(document.applied(owner, "shareable")) or node.name.value in key_fields(document, owner.name.value)


def _removed(document: Document, node: FieldDefinitionNode) -> Edits:
    owner = document.owner_of(node)
    return () if owner is None else (remove_member(document, owner, node),)


FIXER = Fixer(
    ("INVALID_FIELD_SHARING",),
    "A field that several subgraphs resolve is @shareable in all of them, or it is in one subgraph only.",
    propose,
    Confidence.SAFE,
)
