"""EXTERNAL_UNUSED, TYPE_WITH_ONLY_UNUSED_EXTERNAL: removes what is external and unused."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import FieldDefinitionNode

from hanse_schema.checks.repair.editing import remove, remove_member
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove the field, and its type with the last one; or resolve it here."""
    for document, field in graph.found(diagnostic, FieldDefinitionNode):
        coordinate = diagnostic.coordinate or field.name.value
        owner = document.owner_of(field)
        if owner is None:
            continue
        # The use may be missing because of another error, such as an invalid @requires.
        others = any(error.code != diagnostic.code and document.name in error.subgraphs for error in graph.errors)
        yield Proposal(
            f"Remove {coordinate} from subgraph {document.name}.",
            (remove_member(document, owner, field),),
            Confidence.CHOICE if others else Confidence.SAFE,
        )
        marks = document.applied(field, "external")
        if marks:
            yield Proposal(
                f"Remove @external from {coordinate}: subgraph {document.name} resolves it.",
                tuple(remove(document, mark) for mark in marks),
            )


def propose_type(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove the definitions of the type."""
    for document in graph.named(diagnostic):
        nodes = document.types(diagnostic.coordinate or "")
        if nodes:
            yield Proposal(
                f"Remove {diagnostic.coordinate} from subgraph {document.name}.",
                tuple(remove(document, node) for node in nodes),
                Confidence.SAFE,
            )


FIXER = Fixer(
    ("EXTERNAL_UNUSED",),
    "An @external field is only there for @key, @requires, @provides or an interface: without a use it has no effect.",
    propose,
    Confidence.SAFE,
)
TYPE_FIXER = Fixer(
    ("TYPE_WITH_ONLY_UNUSED_EXTERNAL",),
    "The type adds nothing to the graph: all its fields are @external, and nothing uses them.",
    propose_type,
    Confidence.SAFE,
)
