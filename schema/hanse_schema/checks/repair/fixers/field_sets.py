"""Invalid texts of `@key`, `@requires` and `@provides`: corrects names, takes out what is not allowed."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DirectiveNode,
    EnumValueNode,
    FieldDefinitionNode,
    ListValueNode,
    StringValueNode,
    TypeDefinitionNode,
)
from graphql.pyutils import suggestion_list

from hanse_schema.checks.repair.document import Document, FieldsNode, type_name
from hanse_schema.checks.repair.editing import add_directive, add_member, argument_of, replace
from hanse_schema.checks.repair.field_set_text import (
    FieldSetText,
    Selected,
    field_names,
    field_set_text,
    without_field,
)
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic

_MAX_SUGGESTIONS = 3
_MAX_FIELDS = 1_000  # of a type whose names are compared


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Correct the name of an unknown field, define the field, or do not select it."""
    for document, directive in graph.found(diagnostic, DirectiveNode):
        target = _target(document, directive, diagnostic)
        found = field_set_text(directive)
        if target is None or found is None:
            continue
        for selected in found.fields(document, target):
            name = selected.node.name.value
            if name == "__typename" or document.members(selected.owner, name):
                continue
            yield from _suggestions(document, found, selected)
            yield from _definitions(graph, document, selected, directive)
            yield _taken_out(document, directive, name)
            return
        yield from _braces(document, found, target)


def _suggestions(document: Document, found: FieldSetText, selected: Selected) -> Iterator[Proposal]:
    known = field_names(document, selected.owner)
    if len(known) > _MAX_FIELDS:
        return
    for name in suggestion_list(selected.node.name.value, known)[:_MAX_SUGGESTIONS]:
        title = f"Select {name} in @{found.directive.name.value}."
        yield Proposal(title, found.edited(document, selected.node.name, name))


def _definitions(graph: Graph, document: Document, selected: Selected, directive: DirectiveNode) -> Iterator[Proposal]:
    """Define the field as another subgraph does: external, except for a key."""
    name = selected.node.name.value
    owners = [owner for owner in document.types(selected.owner) if isinstance(owner, FieldsNode)]
    for other in graph.documents():
        for _, node in other.members(selected.owner, name):
            if owners and other is not document and isinstance(node, FieldDefinitionNode):
                mark = "" if document.names.directives[directive.name.value].name == "key" else _external(document)
                text = f"{name}: {other.source_of(node.type)}{mark}"
                title = f"Define {selected.owner}.{name} in subgraph {document.name}, as subgraph {other.name} does."
                yield Proposal(title, (add_member(document, owners[0], text),))
                return


def _external(document: Document) -> str:
    return f" @{document.names.local_directive('external')}"


def _braces(document: Document, found: FieldSetText, target: str) -> Iterator[Proposal]:
    """Select the key of a type whose fields are not selected."""
    for selected in found.fields(document, target):
        definitions = document.members(selected.owner, selected.node.name.value)
        inner = type_name(definitions[0][1]) if definitions else None
        if inner is None or selected.node.selection_set is not None or not field_names(document, inner):
            continue
        for name in field_names(document, inner)[:_MAX_SUGGESTIONS]:
            text = f"{selected.node.name.value} {{ {name} }}"
            yield Proposal(f"Select {name} of {inner}.", found.edited(document, selected.node, text))
        return


def propose_without_directive(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Take the directives out of the field set."""
    for document, directive in graph.found(diagnostic, DirectiveNode):
        found = field_set_text(directive)
        target = _target(document, directive, diagnostic)
        if found is None or target is None:
            continue
        for selected in found.fields(document, target):
            for inner in selected.node.directives or ():
                title = f"Take @{inner.name.value} out of @{directive.name.value}."
                yield Proposal(title, found.edited(document, inner, ""), Confidence.SAFE)


def propose_without_field(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Do not select one of the fields."""
    for document, directive in graph.found(diagnostic, DirectiveNode):
        found = field_set_text(directive)
        target = _target(document, directive, diagnostic)
        if found is not None and target is not None:
            for selected in found.fields(document, target):
                yield _taken_out(document, directive, selected.node.name.value)


def _taken_out(document: Document, directive: DirectiveNode, name: str) -> Proposal:
    return Proposal(f"Take {name} out of @{directive.name.value}.", without_field(document, directive, name))


def propose_string(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Write the field set as a string."""
    for document, directive in graph.found(diagnostic, DirectiveNode):
        argument = argument_of(directive, "fields")
        if argument is None:
            continue
        value = argument.value
        items = value.values if isinstance(value, ListValueNode) else (value,)
        names = [item.value for item in items if isinstance(item, StringValueNode | EnumValueNode)]
        if names and len(names) == len(items):
            text = '"' + " ".join(names) + '"'
            yield Proposal(f"Write fields: {text}.", (replace(document, value, text),), Confidence.SAFE)


def propose_interface_key(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Give an implementation the key of its interface, or let its own key be resolvable."""
    for document, implementation in graph.found(diagnostic, TypeDefinitionNode):
        for place, directive in graph.found(diagnostic, DirectiveNode):
            fields = argument_of(directive, "fields")
            if place is document and fields is not None:
                text = document.source_of(fields)
                title = f"Give {diagnostic.coordinate} the key of its interface."
                edits = add_directive(document, implementation, "key", f"({text})")
                yield Proposal(title, edits, Confidence.SAFE)


def _target(document: Document, directive: DirectiveNode, diagnostic: Diagnostic) -> str | None:
    """The type that a directive's field set selects on."""
    type_, _, field = (diagnostic.coordinate or "").partition(".")
    spec = document.names.directives.get(directive.name.value)
    if spec is None or spec.name != "provides":
        return type_
    definitions = document.members(type_, field)
    return type_name(definitions[0][1]) if definitions else None


FIXERS = (
    Fixer(
        ("KEY_INVALID_FIELDS", "REQUIRES_INVALID_FIELDS", "PROVIDES_INVALID_FIELDS"),
        "A field set selects fields that the subgraph defines, and the fields of objects in braces.",
        propose,
    ),
    Fixer(
        ("KEY_DIRECTIVE_IN_FIELDS_ARG", "REQUIRES_DIRECTIVE_IN_FIELDS_ARG", "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"),
        "A field set has no directives.",
        propose_without_directive,
        Confidence.SAFE,
    ),
    Fixer(
        (
            "KEY_FIELDS_SELECT_INVALID_TYPE",
            "KEY_FIELDS_HAS_ARGS",
            "REQUIRES_FIELDS_HAS_ARGS",
            "PROVIDES_FIELDS_HAS_ARGS",
        ),
        "A field set does not select such a field.",
        propose_without_field,
    ),
    Fixer(
        ("KEY_INVALID_FIELDS_TYPE", "REQUIRES_INVALID_FIELDS_TYPE", "PROVIDES_INVALID_FIELDS_TYPE"),
        "A field set is a string.",
        propose_string,
        Confidence.SAFE,
    ),
    Fixer(
        ("INTERFACE_KEY_NOT_ON_IMPLEMENTATION",),
        "Each implementation has the keys of its interface.",
        propose_interface_key,
        Confidence.SAFE,
    ),
)
