"""Introspection, answered by the router itself from the API schema; the answer is encoded and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    execute_sync,
    visit,
)

from hanse_router.execute.collect import Collected
from hanse_router.execute.errors import Error

_KEPT = 8  # answers, by the variables in use


class Introspection:
    """Answers the `__schema` and `__type` fields of one operation."""

    def __init__(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        collected: Collected,
        api_schema: GraphQLSchema,
    ) -> None:
        self._api_schema = api_schema
        self._nodes = {key: nodes for key, nodes in collected.items() if nodes[0].name.value in ("__schema", "__type")}
        self.keys = frozenset(self._nodes)
        self._document, self._variables = _only(document, operation, [n for ns in self._nodes.values() for n in ns])
        self._answers: dict[bytes, tuple[dict[str, Any], list[Error]]] = {}

    def answer(self, variables: Mapping[str, Any]) -> tuple[dict[str, Any], list[Error]]:
        """The encoded values by response key, and errors."""
        used = {name: variables[name] for name in self._variables if name in variables}
        asked = msgspec.json.encode(used, order="sorted")
        known = self._answers.get(asked)
        if known is None:
            result = execute_sync(self._api_schema, self._document, variable_values=used)
            data = {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in (result.data or {}).items()}
            errors = [dict(error.formatted) for error in result.errors or ()]
            known = (data, errors)
            if len(self._answers) < _KEPT:
                self._answers[asked] = known
        return known


def _only(
    document: DocumentNode, operation: OperationDefinitionNode, nodes: Sequence[FieldNode]
) -> tuple[DocumentNode, tuple[str, ...]]:
    """A document of these root fields alone, and the variables it uses."""
    fragments = tuple(node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
    used: set[str] = set()

    class Find(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            used.add(node.name.value)

    for node in (*nodes, *fragments):
        visit(node, Find())
    definitions = tuple(d for d in operation.variable_definitions or () if d.variable.name.value in used)
    only = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    return DocumentNode(definitions=(only, *fragments)), tuple(d.variable.name.value for d in definitions)
