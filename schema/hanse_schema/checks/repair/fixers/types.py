"""Types of fields and arguments that differ between subgraphs: gives them one type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from graphql import FieldDefinitionNode, InputValueDefinitionNode

from hanse_schema.checks.repair.document import Document, read_coordinate
from hanse_schema.checks.repair.editing import Edits, replace
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic

_Typed = tuple[Document, FieldDefinitionNode | InputValueDefinitionNode, bool]  # the last: whether it is external


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Give all the same type: the one that most have first."""
    typed = list(_typed(graph, diagnostic))
    for type_, _ in Counter(_text(document, node) for document, node, _ in typed).most_common():
        yield Proposal(f"Give {diagnostic.coordinate} the type {type_} everywhere.", _retyped(typed, type_))


def propose_external(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Give external definitions the type where the field is resolved."""
    typed = list(_typed(graph, diagnostic))
    externals = [one for one in typed if one[2]]
    types = dict.fromkeys(_text(document, node) for document, node, external in typed if not external)
    confidence = Confidence.SAFE if len(types) == 1 else Confidence.CHOICE
    for type_ in types:
        yield Proposal(
            f"Give {diagnostic.coordinate} the type {type_}, as where it is resolved.",
            _retyped(externals, type_),
            confidence,
        )


def _typed(graph: Graph, diagnostic: Diagnostic) -> Iterator[_Typed]:
    coordinate = read_coordinate(diagnostic.coordinate)
    if coordinate is None or coordinate.member is None:
        return
    for document in graph.named(diagnostic):
        for owner, member in document.members(coordinate.type, coordinate.member):
            external = bool(document.applied(member, "external") or document.applied(owner, "external"))
            if coordinate.argument is None:
                if isinstance(member, FieldDefinitionNode | InputValueDefinitionNode):
                    yield document, member, external
            elif isinstance(member, FieldDefinitionNode):
                for argument in member.arguments or ():
                    if argument.name.value == coordinate.argument:
                        yield document, argument, external


def _text(document: Document, node: FieldDefinitionNode | InputValueDefinitionNode) -> str:
    return "".join(document.source_of(node.type).split())


def _retyped(typed: list[_Typed], type_: str) -> Edits:
    return tuple(replace(document, node.type, type_) for document, node, _ in typed if _text(document, node) != type_)


FIXERS = (
    Fixer(
        ("FIELD_TYPE_MISMATCH", "FIELD_ARGUMENT_TYPE_MISMATCH"),
        "The types fit together in all subgraphs: one type is the simplest.",
        propose,
    ),
    Fixer(
        ("EXTERNAL_TYPE_MISMATCH", "EXTERNAL_ARGUMENT_TYPE_MISMATCH"),
        "An @external field has the type that it has where it is resolved.",
        propose_external,
        Confidence.SAFE,
    ),
)
