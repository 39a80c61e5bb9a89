"""DIRECTIVE_DEFINITION_INVALID, TYPE_DEFINITION_INVALID, EXTENSION_WITH_NO_BASE: corrects definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphql import DefinitionNode, TypeExtensionNode

from hanse_schema.checks.repair.document import Document
from hanse_schema.checks.repair.editing import Edits, edit, end_of, remove, start_of
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic

_EXTEND = re.compile(r"extend\s+")


def propose_removal(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove the subgraph's own definition, so that the specification's holds."""
    for document, node in _definitions(graph, diagnostic):
        title = f"Remove the definition of {diagnostic.coordinate or 'it'} from subgraph {document.name}."
        yield Proposal(title, (remove(document, node),), Confidence.SAFE)


def _definitions(graph: Graph, diagnostic: Diagnostic) -> Iterator[tuple[Document, DefinitionNode]]:
    """The definitions that hold the locations."""
    for location in diagnostic.locations:
        document = graph.document(location.subgraph)
        if document is None or not location.line:
            continue
        offset = document.lines.offset((location.line, location.column))
        yield from ((document, node) for node in document.definitions if start_of(node) <= offset < end_of(node))


def propose_base(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Define the type in one of the subgraphs that extend it."""
    name = diagnostic.coordinate or ""
    for document in graph.documents():
        yield Proposal(f"Define {name} in subgraph {document.name}, not only extend it.", _define(document, name))


def _define(document: Document, name: str) -> Edits:
    node = next(iter(document.types(name)), None)
    if node is None:
        return ()
    marks = tuple(remove(document, mark) for mark in document.applied(node, "extends"))
    start = start_of(node)
    found = _EXTEND.match(document.text, start) if isinstance(node, TypeExtensionNode) else None
    return marks if found is None else (*marks, edit(document, start, found.end(), ""))


FIXERS = (
    Fixer(
        ("DIRECTIVE_DEFINITION_INVALID", "TYPE_DEFINITION_INVALID"),
        "What a linked specification defines need not be defined in the subgraph.",
        propose_removal,
        Confidence.SAFE,
    ),
    Fixer(("EXTENSION_WITH_NO_BASE",), "A type has a definition in one subgraph at least.", propose_base),
)
