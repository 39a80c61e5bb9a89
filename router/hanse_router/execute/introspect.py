"""Introspection, answered by the router itself from the API schema; the answer is encoded and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    execute_sync,
    visit,
)

from hanse_router.execute.collect import Collected
from hanse_router.execute.errors import Error
from hanse_router.operation import Operation

_KEPT = 8  # answers, by the variables in use


class Introspection:
    """Answers the `__schema` and `__type` fields of one operation."""

    def __init__(self, operation: Operation, collected: Collected, api_schema: GraphQLSchema) -> None:
        self._api_schema = api_schema
        fields = {key: found for key, found in collected.items() if found[0].name in ("__schema", "__type")}
        self.keys = frozenset(fields)
        self._document, self._variables = _only(operation, [one.node for found in fields.values() for one in found])
        self._answers: dict[bytes, tuple[dict[str, Any], list[Error]]] = {}

    def answer(self, variables: Mapping[str, Any]) -> tuple[dict[str, Any], list[Error]]:
        """The encoded values by response key, and errors."""
        used = {name: variables[name] for name in self._variables if name in variables}
        cache_key = msgspec.json.encode(used, order="sorted")
        known = self._answers.get(cache_key)
        if known is None:
            result = execute_sync(self._api_schema, self._document, variable_values=used)
            data = {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in (result.data or {}).items()}
            errors = [dict(error.formatted) for error in result.errors or ()]
            known = (data, errors)
            if len(self._answers) < _KEPT:
                self._answers[cache_key] = known
        return known


def _only(operation: Operation, nodes: Sequence[FieldNode]) -> tuple[DocumentNode, tuple[str, ...]]:
    """A document of these root fields alone, and the variables that it uses."""
    used: set[str] = set()

    class Find(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            used.add(node.name.value)

    for node in (*nodes, *operation.fragments):
        visit(node, Find())
    definitions = {name: node for name, node in operation.variables.items() if name in used}
    only = OperationDefinitionNode(
        operation=OperationType(operation.kind.value),
        variable_definitions=tuple(definitions.values()),
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    return DocumentNode(definitions=(only, *operation.fragments)), tuple(definitions)
