"""ROOT_QUERY_USED, ROOT_MUTATION_USED, ROOT_SUBSCRIPTION_USED: renames the type that is not the root."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import NamedTypeNode, SchemaDefinitionNode, SchemaExtensionNode, Visitor, visit

from hanse_schema.checks.repair.document import Document
from hanse_schema.checks.repair.editing import replace
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic

_ROOTS = {"ROOT_QUERY_USED": "Query", "ROOT_MUTATION_USED": "Mutation", "ROOT_SUBSCRIPTION_USED": "Subscription"}


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Rename the type and all references to it; or make it the root."""
    name = _ROOTS[diagnostic.code]
    for document in graph.named(diagnostic):
        fresh = _fresh(document, f"{name}Object")
        nodes = [node for node in document.all_types() if node.name.value == name]
        references = _references(document, name)
        edits = (
            *(replace(document, node.name, fresh) for node in nodes),
            *(replace(document, node.name, fresh) for node in references),
        )
        yield Proposal(f"Rename {name} to {fresh} in subgraph {document.name}.", edits)
        for schema in document.definitions:
            if isinstance(schema, SchemaDefinitionNode | SchemaExtensionNode):
                for operation in schema.operation_types or ():
                    if operation.operation.value.capitalize() == name:
                        title = f"Make {name} the {operation.operation.value} root of subgraph {document.name}."
                        yield Proposal(title, (replace(document, operation.type, name),))


def _fresh(document: Document, name: str) -> str:
    taken = {node.name.value for node in document.all_types()}
    while name in taken:
        name = f"{name}_"
    return name


def _references(document: Document, name: str) -> list[NamedTypeNode]:
    found = _References(name)
    for definition in document.definitions:
        visit(definition, found)
    return found.nodes


class _References(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.nodes: list[NamedTypeNode] = []
        self._name = name

    def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
        if node.name.value == self._name:
            self.nodes.append(node)


FIXER = Fixer(tuple(_ROOTS), "Composition calls each root by one name, which no other type has.", propose)
