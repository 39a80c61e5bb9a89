"""Accessible elements that need inaccessible ones: makes both inaccessible, or none."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    EnumValueNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    ListValueNode,
    Node,
    ObjectValueNode,
)

from hanse_schema.checks.repair.document import (
    Document,
    FieldsNode,
    MembersNode,
    members_of,
    read_coordinate,
    type_name,
)
from hanse_schema.checks.repair.editing import add_directive, remove
from hanse_schema.checks.repair.fixers.required_inputs import optional
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Mark the accessible element, or remove the marks from the inaccessible one."""
    coordinate = diagnostic.coordinate or ""
    yield from _hide(graph, coordinate)
    yield from _show(graph, coordinate)
    for referenced in dict.fromkeys(_references(graph, coordinate)):
        yield from _show(graph, referenced)


def propose_children(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Mark the type too, or show its first child."""
    yield from _hide(graph, diagnostic.coordinate or "")
    for document in graph.documents():
        for owner in document.types(diagnostic.coordinate or ""):
            if isinstance(owner, MembersNode):
                yield from (
                    proposal
                    for member in members_of(owner)[:2]
                    for proposal in _show(graph, f"{diagnostic.coordinate}.{member.name.value}")
                )


def propose_required(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Make the input optional, or accessible."""
    yield from optional(graph, diagnostic)
    yield from _show(graph, diagnostic.coordinate or "")


def propose_implemented(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Show the implementing field, or hide the interface's."""
    coordinate = read_coordinate(diagnostic.coordinate)
    yield from _show(graph, diagnostic.coordinate or "")
    if coordinate is None or coordinate.member is None:
        return
    interfaces = (
        one.name.value
        for document in graph.documents()
        for node in document.types(coordinate.type)
        if isinstance(node, FieldsNode)
        for one in node.interfaces or ()
    )
    rest = (diagnostic.coordinate or "").removeprefix(coordinate.type)
    for interface in dict.fromkeys(interfaces):
        yield from _hide(graph, f"{interface}{rest}")


def _elements(document: Document, text: str) -> list[Node]:
    """The nodes of a type, a member or an argument."""
    coordinate = read_coordinate(text)
    if coordinate is None:
        return []
    if coordinate.argument is not None:
        return list(document.values(coordinate))
    if coordinate.member is not None:
        return [member for _, member in document.members(coordinate.type, coordinate.member)]
    return list(document.types(coordinate.type))


def _hide(graph: Graph, text: str) -> Iterator[Proposal]:
    """Mark the element in the first subgraph that can: one mark is enough."""
    for document in graph.documents():
        for node in _elements(document, text)[:1]:
            edits = add_directive(document, node, "inaccessible")
            if edits:
                yield Proposal(f"Mark {text} @inaccessible in subgraph {document.name}.", edits)
                return


def _show(graph: Graph, text: str) -> Iterator[Proposal]:
    """Remove all marks from the element."""
    edits = tuple(
        remove(document, directive)
        for document in graph.documents()
        for node in _elements(document, text)
        for directive in document.applied(node, "inaccessible")
    )
    if edits:
        yield Proposal(f"Remove @inaccessible from {text}.", edits)


def _references(graph: Graph, text: str) -> Iterator[str]:
    """The type that the element refers to, and the values and fields that its default uses."""
    for document in graph.documents():
        for node in _elements(document, text):
            if not isinstance(node, FieldDefinitionNode | InputValueDefinitionNode):
                continue
            name = type_name(node)
            if name is None:
                continue
            yield name
            if isinstance(node, InputValueDefinitionNode) and node.default_value is not None:
                yield from _used(document, node.default_value, name)


def _used(document: Document, value: Node, type_: str) -> Iterator[str]:
    if isinstance(value, ListValueNode):
        for item in value.values:
            yield from _used(document, item, type_)
    elif isinstance(value, EnumValueNode):
        yield f"{type_}.{value.value}"
    elif isinstance(value, ObjectValueNode):
        for field in value.fields:
            yield f"{type_}.{field.name.value}"
            for _, member in document.members(type_, field.name.value):
                inner = type_name(member)
                if inner is not None:
                    yield from _used(document, field.value, inner)


FIXERS = (
    Fixer(
        ("REFERENCED_INACCESSIBLE", "DEFAULT_VALUE_USES_INACCESSIBLE", "QUERY_ROOT_TYPE_INACCESSIBLE"),
        "What clients see does not refer to what they do not see.",
        propose,
    ),
    Fixer(("ONLY_INACCESSIBLE_CHILDREN",), "A type that clients see has something to see.", propose_children),
    Fixer(("REQUIRED_INACCESSIBLE",), "Clients see what they have to give.", propose_required),
    Fixer(
        ("IMPLEMENTED_BY_INACCESSIBLE",),
        "A field is inaccessible together with the interface's field that it implements.",
        propose_implemented,
    ),
)
