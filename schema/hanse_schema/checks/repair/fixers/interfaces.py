"""Implementations that lack something of their interface: adds it, or removes it from the interface."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import FieldDefinitionNode

from hanse_schema.checks.repair.document import INTERFACES, Document, FieldsNode
from hanse_schema.checks.repair.editing import (
    Edits,
    add_definition,
    add_directive,
    add_member,
    implementations,
    remove_member,
)
from hanse_schema.checks.repair.field_set_text import key_texts, outer_fields
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Add the field to the implementing type in one subgraph, or remove it from the interface."""
    type_, _, name = (diagnostic.coordinate or "").partition(".")
    promised = [(document, node) for document, node in graph.found(diagnostic, FieldDefinitionNode)]
    if not promised:
        return
    text = signature(*promised[0])
    for document in graph.named(diagnostic):
        for owner in _owners(document, type_)[:1]:
            title = f"Add {type_}.{name} in subgraph {document.name}."
            yield Proposal(title, (add_member(document, owner, text),))
    removed = [_removed(document, node) for document, node in promised]
    yield Proposal(f"Remove {name} from the interface.", tuple(sum(removed, ())))


def signature(document: Document, node: FieldDefinitionNode) -> str:
    """A field's name, arguments and type, without descriptions and directives."""
    arguments = ", ".join(
        f"{one.name.value}: {document.source_of(one.type)}"
        + (f" = {document.source_of(one.default_value)}" if one.default_value is not None else "")
        for one in node.arguments or ()
    )
    return f"{node.name.value}{f'({arguments})' if arguments else ''}: {document.source_of(node.type)}"


def _owners(document: Document, type_: str) -> list[FieldsNode]:
    return [owner for owner in document.types(type_) if isinstance(owner, FieldsNode)]


def _removed(document: Document, node: FieldDefinitionNode) -> Edits:
    owner = document.owner_of(node)
    return () if owner is None else (remove_member(document, owner, node),)


def propose_key(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Give an interface object, or a type with contexts, a key that another subgraph has."""
    type_ = (diagnostic.coordinate or "").partition(".")[0]
    for document in graph.named(diagnostic):
        owners = _owners(document, type_)
        for text in dict.fromkeys(text for other in graph.documents() for _, text in key_texts(other, type_)):
            if not owners:
                continue
            fields = [found for name in outer_fields(text) if (found := _field(graph, document, type_, name))]
            edits = (
                *add_directive(document, owners[0], "key", f'(fields: "{text}")'),
                *(add_member(document, owners[0], field) for field in fields),
            )
            yield Proposal(f'Add @key(fields: "{text}") to {type_} in subgraph {document.name}.', edits)


def _field(graph: Graph, document: Document, type_: str, name: str) -> str | None:
    """The signature of a field that a subgraph lacks, as another one has it."""
    if document.members(type_, name):
        return None
    found = ((other, node) for other in graph.documents() for _, node in other.members(type_, name))
    return next((signature(other, node) for other, node in found if isinstance(node, FieldDefinitionNode)), None)


def propose_implementations(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Define the missing implementations with the key of the interface."""
    interface = diagnostic.coordinate or ""
    for document in graph.named(diagnostic):
        owners = [owner for owner in _owners(document, interface) if isinstance(owner, INTERFACES)]
        if not owners:
            continue
        missing = [name for name in _implementing(graph, interface) if not document.types(name)]
        keys = [document.source_of(directive) for directive, _ in key_texts(document, interface)]
        fields = " ".join(signature(document, field) for owner in owners for field in owner.fields or ())
        written = document.root_names.get(interface, interface)
        text = "\n\n".join(f"type {name} implements {written} {' '.join(keys)} {{ {fields} }}" for name in missing)
        if missing:
            title = f"Define {', '.join(missing)} in subgraph {document.name}."
            yield Proposal(title, (add_definition(document, text),))


def _implementing(graph: Graph, interface: str) -> list[str]:
    found = (node.name.value for document in graph.documents() for node in implementations(document, interface))
    return list(dict.fromkeys(found))


FIXERS = (
    Fixer(("INTERFACE_FIELD_NO_IMPLEM",), "A type has all fields of its interfaces.", propose),
    Fixer(
        ("INTERFACE_OBJECT_USAGE_ERROR", "CONTEXT_NO_RESOLVABLE_KEY"),
        "The router enters the type by a @key.",
        propose_key,
    ),
    Fixer(
        ("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",),
        "A subgraph whose interface has a @key knows all its implementations.",
        propose_implementations,
    ),
)
