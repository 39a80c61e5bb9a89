"""INVALID_GRAPHQL: corrects what the nodes at the locations show to be wrong."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DirectiveNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    TypeDefinitionNode,
    TypeExtensionNode,
)
from graphql import (
    TypeNode as TypeNodeRef,
)
from graphql.pyutils import suggestion_list

from hanse_schema.checks.repair.document import Document, FieldsNode, TypeNode
from hanse_schema.checks.repair.editing import (
    add_interface,
    add_member,
    insert,
    remove,
    remove_argument,
    replace,
    start_of,
)
from hanse_schema.checks.repair.fixers.interfaces import signature
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph import specs

_Typed = tuple[Document, FieldDefinitionNode | InputValueDefinitionNode]
_ACCESS = frozenset({"authenticated", "requiresScopes", "policy"})
_MAX_SUGGESTIONS = 3
_MAX_NAMES = 1_000  # of types that a name is compared with


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Try each correction that fits the nodes."""
    yield from _unknown_argument(graph, diagnostic)
    yield from _duplicate_directive(graph, diagnostic)
    yield from _duplicate_type(graph, diagnostic)
    yield from _implementation(graph, diagnostic)
    yield from _unknown_type(graph, diagnostic)
    yield from _promised_type(graph, diagnostic)
    yield from _required(graph, diagnostic)


def _duplicate_directive(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove a directive that is applied twice in the same way."""
    found = list(graph.found(diagnostic, DirectiveNode))
    if len(found) == 2:
        (document, one), (_, other) = found
        equal = document.source_of(one) == document.source_of(other)
        confidence = Confidence.SAFE if equal else Confidence.CHOICE
        for node in (one,) if equal else (one, other):
            yield Proposal(f"Remove {document.source_of(node)}.", (remove(document, node),), confidence)
        return
    for document, node in found:
        spec = document.names.directives.get(node.name.value)
        if (spec.name if spec is not None else node.name.value) not in _ACCESS:  # which would open the element
            yield Proposal(f"Remove {document.source_of(node)}.", (remove(document, node),))


def _unknown_argument(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Remove the arguments that a specification's directive does not have."""
    for document, node in graph.found(diagnostic, DirectiveNode):
        spec = document.names.directives.get(node.name.value)
        for argument in node.arguments or ():
            if spec is not None and argument.name.value not in spec.arguments:
                title = f"Remove {document.source_of(argument)} from @{node.name.value}."
                yield Proposal(title, (remove_argument(document, node, argument),))


def _duplicate_type(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Let the second definition of a type extend the first."""
    found = list(graph.found(diagnostic, TypeDefinitionNode))
    if len(found) == 2 and found[0][1].name.value == found[1][1].name.value and found[0][1].description is None:
        document, node = found[0]
        title = f"Let the second definition of {node.name.value} extend the first."
        yield Proposal(title, (insert(document, start_of(node), "extend "),))


def _implementation(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Add a field of the interface to the type, or an interface of its interfaces."""
    for document, owner in [*graph.found(diagnostic, TypeDefinitionNode), *graph.found(diagnostic, TypeExtensionNode)]:
        if not isinstance(owner, FieldsNode):
            continue
        for place, promised in graph.found(diagnostic, FieldDefinitionNode):
            if place is document:
                text = signature(document, promised)
                title = f"Add {promised.name.value} to {owner.name.value}."
                yield Proposal(title, (add_member(document, owner, text),))
        for name in dict.fromkeys(_inherited(graph, document, owner)):
            edits = add_interface(document, owner, name)
            yield Proposal(f"Let {owner.name.value} implement {name}.", edits, Confidence.SAFE)


def _inherited(graph: Graph, document: Document, owner: TypeNode) -> Iterator[str]:
    """The interfaces of a type's interfaces that it does not name itself."""
    if not isinstance(owner, FieldsNode):
        return
    given = {one.name.value for node in document.types(owner.name.value) for one in _interfaces(node)}
    for interface in sorted(given):
        for other in (document, *graph.documents()):
            for node in other.types(interface):
                yield from (one.name.value for one in _interfaces(node) if one.name.value not in given)


def _interfaces(node: TypeNode) -> tuple[NamedTypeNode, ...]:
    return tuple(node.interfaces or ()) if isinstance(node, FieldsNode) else ()


def _unknown_type(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Correct the name of a type that is not defined."""
    for document, node in _named_types(graph, diagnostic):
        known = {owner.name.value for owner in document.all_types()} | specs.BUILT_IN_SCALARS
        name = node.name.value
        if name not in known and len(known) <= _MAX_NAMES:
            for near in suggestion_list(name, sorted(known))[:_MAX_SUGGESTIONS]:
                yield Proposal(f"Write {near} for {name}.", (replace(document, node, near),))


def _named_types(graph: Graph, diagnostic: Diagnostic) -> Iterator[tuple[Document, NamedTypeNode]]:
    """The named types at the locations, or of the fields and arguments there."""
    yield from graph.found(diagnostic, NamedTypeNode)
    fields: list[_Typed] = list(graph.found(diagnostic, FieldDefinitionNode))
    values: list[_Typed] = list(graph.found(diagnostic, InputValueDefinitionNode))
    for document, value in fields + values:
        node: TypeNodeRef = value.type
        while isinstance(node, ListTypeNode | NonNullTypeNode):
            node = node.type
        if isinstance(node, NamedTypeNode):
            yield document, node


def _promised_type(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Give a field or argument the type that the interface promises."""
    fields: list[_Typed] = list(graph.found(diagnostic, FieldDefinitionNode))
    values: list[_Typed] = list(graph.found(diagnostic, InputValueDefinitionNode))
    for found in (fields, values):
        if len(found) == 2 and found[0][1].name.value == found[1][1].name.value:
            yield _retyped(diagnostic, *found)


def _retyped(diagnostic: Diagnostic, wrong: _Typed, promised: _Typed) -> Proposal:
    document, node = wrong
    text = promised[0].source_of(promised[1].type)
    return Proposal(f"Give {diagnostic.coordinate} the type {text}.", (replace(document, node.type, text),))


def _required(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Make an argument or input field optional."""
    for document, value in graph.found(diagnostic, InputValueDefinitionNode):
        if isinstance(value.type, NonNullTypeNode):
            text = document.source_of(value.type.type)
            yield Proposal(f"Make {diagnostic.coordinate} optional.", (replace(document, value.type, text),))


FIXER = Fixer(("INVALID_GRAPHQL",), "The schema is valid GraphQL.", propose, Confidence.SAFE)
