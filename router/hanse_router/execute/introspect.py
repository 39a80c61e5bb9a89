"""Introspection, answered by the router itself from the API schema, in a worker thread. Encoded answers are cached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any, Final

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    execute_sync,
    print_ast,
    visit,
)

from hanse_router.deduplication import Deduplicator
from hanse_router.execute.collect import Collected
from hanse_router.execute.errors import TOO_LARGE, Error
from hanse_router.execute.heavy import in_worker
from hanse_router.operation import Operation
from hanse_wire.lru_cache import LruCache

FIELDS_PER_ELEMENT: Final = 40
"""Limits the fields in one answer, for each element of the schema; the usual introspection query takes some 15.

Types lead to fields and fields to types, without end.
"""
_CACHED = 1_000  # answers
_CACHED_BYTES = 20_000_000

Answer = tuple[Mapping[str, msgspec.Raw], Sequence[Error]]
"""The encoded values by response key, and errors."""


class Introspections:
    """The answers of all operations over one API schema."""

    def __init__(self, api_schema: GraphQLSchema) -> None:
        self.max_fields = FIELDS_PER_ELEMENT * _elements(api_schema)
        self._answers: LruCache[bytes, Answer] = LruCache(_CACHED, weigh=_weight, max_weight=_CACHED_BYTES)
        self._deduplicator: Deduplicator[Answer] = Deduplicator()

    async def answer(self, introspection: Introspection, variables: Mapping[str, Any]) -> Answer:
        """The answer to the introspection fields of an operation."""
        key = introspection.key(variables)
        answer = self._answers.get(key)
        if answer is None:
            answer = await self._deduplicator.join(key, partial(_compute, introspection, variables, self.max_fields))
            self._answers.put(key, answer)
        return answer

    def __len__(self) -> int:
        return len(self._answers)


async def _compute(introspection: Introspection, variables: Mapping[str, Any], max_fields: int) -> Answer:
    return await in_worker(partial(introspection.compute, variables, max_fields))


def _elements(api_schema: GraphQLSchema) -> int:
    """The number of types, fields, arguments and enum values."""
    total = 0
    for type_ in api_schema.type_map.values():
        total += 1
        if isinstance(type_, GraphQLEnumType):
            total += len(type_.values)
        elif isinstance(type_, GraphQLInputObjectType):
            total += len(type_.fields)
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            total += sum(1 + len(field.args) for field in type_.fields.values())
    return total


def _weight(_: bytes, answer: Answer) -> int:
    return 1_000 + sum(len(value) for value in answer[0].values())


class Introspection:
    """The `__schema` and `__type` fields of one operation."""

    def __init__(self, operation: Operation, collected: Collected, api_schema: GraphQLSchema) -> None:
        self._api_schema = api_schema
        fields = {key: found for key, found in collected.items() if found[0].name in ("__schema", "__type")}
        self.keys = frozenset(fields)
        self._document, self._variables = _only(operation, [one.node for found in fields.values() for one in found])
        self._hash = sha256(print_ast(self._document).encode("utf-8", "surrogatepass")).digest() if fields else b""

    def key(self, variables: Mapping[str, Any]) -> bytes:
        """Equal for two requests with the same answer."""
        return self._hash + msgspec.json.encode(self._used(variables), order="sorted")

    def compute(self, variables: Mapping[str, Any], max_fields: int) -> Answer:
        """The answer. It has an error and no data if it would have more fields."""
        try:
            result = execute_sync(
                self._api_schema,
                self._document,
                variable_values=self._used(variables),
                middleware=[_counting(max_fields)],
            )
        except _TooLarge:
            text = f"The answer to the introspection has more than {max_fields} fields: select less."
            return {}, [{"message": text, "extensions": {"code": TOO_LARGE}}]
        data = {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in (result.data or {}).items()}
        return data, [dict(error.formatted) for error in result.errors or ()]

    def _used(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        return {name: variables[name] for name in self._variables if name in variables}


class _TooLarge(BaseException):
    """Ends an execution: other exceptions become errors of single fields."""


def _counting(max_fields: int) -> Callable[..., Any]:
    """A middleware that ends an execution when it has too many fields."""
    numbers = count(1)

    def resolve(next_: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
        if next(numbers) > max_fields:
            raise _TooLarge
        return next_(source, info, **arguments)

    return resolve


def _only(operation: Operation, nodes: Sequence[FieldNode]) -> tuple[DocumentNode, tuple[str, ...]]:
    """A document of these root fields alone, and the variables that it uses."""
    used: set[str] = set()

    class Find(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            used.add(node.name.value)

    fragments = operation.fragments if nodes else ()
    for node in (*nodes, *fragments):
        visit(node, Find())
    definitions = {name: node for name, node in operation.variables.items() if name in used}
    only = OperationDefinitionNode(
        operation=OperationType(operation.kind.value),
        variable_definitions=tuple(definitions.values()),
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    return DocumentNode(definitions=(only, *fragments)), tuple(definitions)
