"""Required arguments and input fields that some subgraphs lack: adds them there, or makes them optional."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import FieldDefinitionNode, InputValueDefinitionNode, NonNullTypeNode

from hanse_schema.checks.repair.document import Coordinate, Document, InputsNode, read_coordinate
from hanse_schema.checks.repair.editing import Edits, add_argument, add_member, replace
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Add it where it is missing, or make it optional where it is required."""
    coordinate = read_coordinate(diagnostic.coordinate)
    if coordinate is None:
        return
    yield from _additions(graph, diagnostic, coordinate, Confidence.CHOICE)
    yield from optional(graph, diagnostic)


def optional(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Make the argument or input field optional."""
    coordinate = read_coordinate(diagnostic.coordinate)
    if coordinate is None:
        return
    edits = tuple(
        replace(document, node.type, document.source_of(node.type.type))
        for document in graph.named(diagnostic)
        for node in document.values(coordinate)
        if isinstance(node.type, NonNullTypeNode)
    )
    yield Proposal(f"Make {diagnostic.coordinate} optional.", edits)


def propose_external(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Add the argument to the external definitions of the field."""
    coordinate = read_coordinate(diagnostic.coordinate)
    if coordinate is not None:
        yield from _additions(graph, diagnostic, coordinate, Confidence.SAFE)


def _additions(
    graph: Graph, diagnostic: Diagnostic, coordinate: Coordinate, confidence: Confidence
) -> Iterator[Proposal]:
    documents = list(graph.named(diagnostic))
    given = next(((document, node) for document in documents for node in document.values(coordinate)), None)
    if given is None:
        return
    text = _signature(*given)
    lacking = [document for document in documents if not document.values(coordinate)]
    edits = tuple(edit for document in lacking for edit in _added(document, coordinate, text))
    where = ", ".join(document.name for document in lacking)
    yield Proposal(f"Add {diagnostic.coordinate} in {where}.", edits, confidence)


def _signature(document: Document, node: InputValueDefinitionNode) -> str:
    default = f" = {document.source_of(node.default_value)}" if node.default_value is not None else ""
    return f"{node.name.value}: {document.source_of(node.type)}{default}"


def _added(document: Document, coordinate: Coordinate, text: str) -> Edits:
    if coordinate.argument is None:
        owners = [owner for owner in document.types(coordinate.type) if isinstance(owner, InputsNode)]
        return tuple(add_member(document, owner, text) for owner in owners[:1])
    return tuple(
        add_argument(document, field, text)
        for _, field in document.members(coordinate.type, coordinate.member or "")
        if isinstance(field, FieldDefinitionNode)
    )


FIXERS = (
    Fixer(
        ("REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"),
        "What a client has to give is known to all subgraphs.",
        propose,
    ),
    Fixer(
        ("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",),
        "An argument that a context fills in one subgraph is optional in the others.",
        optional,
    ),
    Fixer(
        ("EXTERNAL_ARGUMENT_MISSING",),
        "An @external field has the arguments that it has where it is resolved.",
        propose_external,
        Confidence.SAFE,
    ),
)
