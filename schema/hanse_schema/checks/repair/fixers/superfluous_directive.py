"""Directives where they are not allowed: removes them."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DirectiveNode, FieldDefinitionNode, InputValueDefinitionNode

from hanse_schema.checks.repair.document import Document
from hanse_schema.checks.repair.editing import remove, replace
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose_without_effect(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove the directive, which has no effect there."""
    for document, directive in reversed(list(graph.found(diagnostic, DirectiveNode))):
        yield _removal(document, directive, diagnostic, Confidence.SAFE)


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove one of the directives."""
    for document, directive in graph.found(diagnostic, DirectiveNode):
        yield _removal(document, directive, diagnostic, Confidence.CHOICE)


def propose_collision(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove one of the directives that exclude each other, here or where the field was resolved."""
    yield from propose(graph, diagnostic)
    for document, field in graph.found(diagnostic, FieldDefinitionNode):
        for directive in field.directives or ():
            yield _removal(document, directive, diagnostic, Confidence.CHOICE)


def propose_own_name(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Name another subgraph that has the field, or remove `@override`."""
    type_, _, name = (diagnostic.coordinate or "").partition(".")
    for document, directive in graph.found(diagnostic, DirectiveNode):
        for other in graph.documents():
            for argument in directive.arguments or ():
                if argument.name.value == "from" and other is not document and other.members(type_, name):
                    yield Proposal(
                        f"Override {diagnostic.coordinate} of subgraph {other.name}.",
                        (replace(document, argument.value, f'"{other.name}"'),),
                    )
        yield _removal(document, directive, diagnostic, Confidence.CHOICE)


def propose_inaccessible(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove `@inaccessible` from the argument of a linked directive."""
    for document, argument in graph.found(diagnostic, InputValueDefinitionNode):
        for directive in document.applied(argument, "inaccessible"):
            yield _removal(document, directive, diagnostic, Confidence.SAFE)


def _removal(document: Document, directive: DirectiveNode, diagnostic: Diagnostic, confidence: Confidence) -> Proposal:
    where = f" from {diagnostic.coordinate}" if diagnostic.coordinate else ""
    title = f"Remove @{directive.name.value}{where} in subgraph {document.name}."
    return Proposal(title, (remove(document, directive),), confidence)


FIXERS = (
    Fixer(
        ("INVALID_SHAREABLE_USAGE", "EXTERNAL_ON_INTERFACE", "PROVIDES_ON_NON_OBJECT_FIELD"),
        "The directive has no effect there.",
        propose_without_effect,
        Confidence.SAFE,
    ),
    Fixer(
        ("DISALLOWED_INACCESSIBLE",),
        "Clients do not see what belongs to a specification, so nothing of it is @inaccessible.",
        propose_inaccessible,
        Confidence.SAFE,
    ),
    Fixer(
        (
            "OVERRIDE_SOURCE_HAS_OVERRIDE",
            "LIST_SIZE_APPLIED_TO_NON_LIST",
            "LIST_SIZE_INVALID_ASSUMED_SIZE",
            "LIST_SIZE_INVALID_SIZED_FIELD",
            "LIST_SIZE_INVALID_SLICING_ARGUMENT",
            "KEY_UNSUPPORTED_ON_INTERFACE",
        ),
        "The directive cannot be applied there.",
        propose,
    ),
    Fixer(
        ("EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"),
        "The directives exclude each other.",
        propose_collision,
    ),
    Fixer(
        ("OVERRIDE_FROM_SELF_ERROR",), "@override names the subgraph that resolved the field before.", propose_own_name
    ),
)
