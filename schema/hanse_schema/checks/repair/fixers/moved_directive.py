"""Directives that belong elsewhere: moves them to implementing types, or to the subgraph that resolves the field."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DirectiveNode, FieldDefinitionNode

from hanse_schema.checks.repair.document import OBJECTS, Document, MembersNode, TypeNode, directives_of
from hanse_schema.checks.repair.editing import Edits, add_written, implementations, remove
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Move a directive on an interface, or on a field of one, to the implementing types of the same subgraph."""
    for document, directive in graph.found(diagnostic, DirectiveNode):
        type_, _, field = (diagnostic.coordinate or "").partition(".")
        targets = list(_targets(document, type_, field))
        edits = [_moved(document, directive, target) for target in targets]
        if targets:
            yield Proposal(
                f"Move @{directive.name.value} from {diagnostic.coordinate} to the implementing types.",
                (remove(document, directive), *sum(edits, ())),
            )


def propose_removable(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """The same, or remove the directive: nothing gets easier to reach without it."""
    yield from propose(graph, diagnostic)
    for document, directive in graph.found(diagnostic, DirectiveNode):
        title = f"Remove @{directive.name.value} from {diagnostic.coordinate}."
        yield Proposal(title, (remove(document, directive),))


def _targets(document: Document, type_: str, field: str) -> Iterator[TypeNode | FieldDefinitionNode]:
    for owner in implementations(document, type_):
        if not field:
            yield owner
        elif isinstance(owner, MembersNode) and isinstance(owner, OBJECTS):
            yield from (one for one in owner.fields or () if one.name.value == field)


def _moved(document: Document, directive: DirectiveNode, target: TypeNode | FieldDefinitionNode) -> Edits:
    given = {one.name.value for one in directives_of(target)}
    if directive.name.value in given:
        return ()
    return (add_written(document, target, document.source_of(directive)),)


def propose_on_external(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Move a directive of an external field to the subgraph that resolves it, or remove it."""
    type_, _, field = (diagnostic.coordinate or "").partition(".")
    for document, directive in graph.found(diagnostic, DirectiveNode):
        removal = remove(document, directive)
        for other in graph.documents():
            if other is document or directive.name.value not in other.names.directives:
                continue
            for _, node in other.members(type_, field):
                if isinstance(node, FieldDefinitionNode) and not other.applied(node, "external"):
                    title = f"Move @{directive.name.value} to subgraph {other.name}, which resolves the field."
                    yield Proposal(title, (removal, *_moved_to(other, node, document.source_of(directive))))
        yield Proposal(f"Remove @{directive.name.value} in subgraph {document.name}.", (removal,))


def _moved_to(other: Document, node: FieldDefinitionNode, text: str) -> Edits:
    return (add_written(other, node, text),)


FIXERS = (
    Fixer(
        (
            "COST_APPLIED_TO_INTERFACE_FIELD",
            "OVERRIDE_ON_INTERFACE",
            "REQUIRES_UNSUPPORTED_ON_INTERFACE",
            "PROVIDES_UNSUPPORTED_ON_INTERFACE",
        ),
        "Interfaces resolve nothing: such directives are on the object types and their fields.",
        propose_removable,
    ),
    Fixer(
        ("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",),
        "Access is asked for by the object types and their fields.",
        propose,
    ),
    Fixer(
        ("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",),
        "The directive is applied where the field is resolved.",
        propose_on_external,
    ),
)
