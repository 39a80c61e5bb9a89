"""ENUM_VALUE_MISMATCH, EMPTY_MERGED_*: gives subgraphs common values and input fields."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import EnumValueDefinitionNode, InputValueDefinitionNode

from hanse_schema.checks.repair.document import Document, Member, MembersNode, members_of, read_coordinate
from hanse_schema.checks.repair.editing import Edits, add_directive, add_member, remove_member
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Add the value where it is missing, hide it, or remove it."""
    coordinate = read_coordinate(diagnostic.coordinate)
    if coordinate is None or coordinate.member is None:
        return
    type_, value = coordinate.type, coordinate.member
    documents = [document for document in graph.named(diagnostic) if document.types(type_)]
    lacking = [document for document in documents if not document.members(type_, value)]
    having = [(document, *found) for document in documents for found in document.members(type_, value)]
    where = ", ".join(document.name for document in lacking)
    yield Proposal(f"Add {value} to {type_} in {where}.", _added(lacking, type_, value))
    hidden = [add_directive(document, node, "inaccessible") for document, _, node in having]
    if all(hidden):
        yield Proposal(f"Mark {diagnostic.coordinate} @inaccessible until all subgraphs have it.", sum(hidden, ()))
    removed = tuple(remove_member(document, owner, node) for document, owner, node in having)
    yield Proposal(f"Remove {diagnostic.coordinate} from {', '.join(one[0].name for one in having)}.", removed)


def propose_common(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Add the first members of each subgraph to the others."""
    type_ = diagnostic.coordinate or ""
    documents = [document for document in graph.named(diagnostic) if document.types(type_)]
    for document in documents:
        first = next(iter(_members(document, type_)), None)
        if first is None:
            continue
        name = first.name.value
        lacking = [other for other in documents if not other.members(type_, name)]
        edits = _added(lacking, type_, _signature(document, first))
        yield Proposal(f"Add {name} to {type_} in {', '.join(other.name for other in lacking)}.", edits)


def _members(document: Document, type_: str) -> Iterator[Member]:
    for owner in document.types(type_):
        if isinstance(owner, MembersNode):
            yield from members_of(owner)


def _signature(document: Document, member: Member) -> str:
    if isinstance(member, EnumValueDefinitionNode):
        return member.name.value
    assert isinstance(member, InputValueDefinitionNode)
    return f"{member.name.value}: {document.source_of(member.type)}"


def _added(documents: list[Document], type_: str, text: str) -> Edits:
    owners = [(document, _owner(document, type_)) for document in documents]
    return tuple(add_member(document, owner, text) for document, owner in owners if owner is not None)


def _owner(document: Document, type_: str) -> MembersNode | None:
    return next((owner for owner in document.types(type_) if isinstance(owner, MembersNode)), None)


FIXERS = (
    Fixer(
        ("ENUM_VALUE_MISMATCH",),
        "An enum that is input and output has the same values in all subgraphs.",
        propose,
    ),
    Fixer(
        ("EMPTY_MERGED_ENUM_TYPE", "EMPTY_MERGED_INPUT_TYPE"),
        "An input has the values and fields that all its subgraphs have in common: at least one.",
        propose_common,
    ),
)
