"""Random operations on random schemas, with variables and directives, and how they execute."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveLocation,
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLResolveInfo,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableNode,
    Visitor,
    execute_sync,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    parse,
    print_ast,
    validate,
    value_from_ast_untyped,
    visit,
)

from tests.router.property.operations import VALUES, OperationMaker


@dataclass(slots=True)
class Operation:
    """An operation that is valid on the schema it was made for."""

    document: DocumentNode
    variables: dict[str, Any] = field(default_factory=dict)

    def errors_on(self, schema: GraphQLSchema) -> list[GraphQLError]:
        """The errors of validation."""
        return validate(schema, self.document, max_errors=5)

    def is_subscription(self) -> bool:
        """Whether it is not executed as a query is."""
        definitions = (d for d in self.document.definitions if isinstance(d, OperationDefinitionNode))
        return any(definition.operation is OperationType.SUBSCRIPTION for definition in definitions)

    def __str__(self) -> str:
        return f"{print_ast(self.document)}\nvariables: {self.variables}"


def random_operation(schema: GraphQLSchema, rng: random.Random) -> Operation | None:
    """An operation; None where the random one is not valid."""
    info = TypeInfo(schema)
    lifting = _Lifting(schema, info, rng)
    document = visit(parse(OperationMaker(schema, rng, depth=3).make()), TypeInfoVisitor(info, lifting))
    operation = Operation(_defining(document, lifting.definitions), {**VALUES, **lifting.variables})
    return None if operation.errors_on(schema) else operation


def _defining(document: DocumentNode, definitions: list[str]) -> DocumentNode:
    """The document whose operation also defines these variables."""
    if not definitions:
        return document
    [parsed] = parse(f"query({' '.join(definitions)}) {{ a }}").definitions
    assert isinstance(parsed, OperationDefinitionNode)
    added = parsed.variable_definitions or ()
    return DocumentNode(
        definitions=tuple(
            OperationDefinitionNode(
                operation=node.operation,
                name=node.name,
                variable_definitions=(*(node.variable_definitions or ()), *added),
                directives=node.directives,
                selection_set=node.selection_set,
            )
            if isinstance(node, OperationDefinitionNode)
            else node
            for node in document.definitions
        )
    )


class _Lifting(Visitor):
    """Replaces some literals by variables, and adds directives to some fields."""

    def __init__(self, schema: GraphQLSchema, info: TypeInfo, rng: random.Random) -> None:
        super().__init__()
        self.definitions: list[str] = []
        self.variables: dict[str, Any] = {}
        self._rng = rng
        self._info = info
        self._directives = [
            directive
            for directive in schema.directives
            if DirectiveLocation.FIELD in directive.locations and directive.name not in {"skip", "include"}
        ]

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        if not self._directives or self._rng.random() > 0.3:
            return None
        directive = self._rng.choice(self._directives)
        if any(map(is_required_argument, directive.args.values())):
            return None
        times = 2 if directive.is_repeatable else 1
        added = tuple(DirectiveNode(name=NameNode(value=directive.name), arguments=()) for _ in range(times))
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=node.arguments,
            directives=(*(node.directives or ()), *added),
            selection_set=node.selection_set,
        )

    def enter(self, node: Any, *_: Any) -> Any:
        """Replace a literal that has no variables in it."""
        type_ = self._info.get_input_type()
        if not isinstance(node, ValueNode) or isinstance(node, VariableNode) or type_ is None:
            return None
        if "$" in print_ast(node) or self._rng.random() > 0.4:
            return None
        return self._variable(node, type_)

    def _variable(self, node: ValueNode, type_: GraphQLInputType) -> VariableNode:
        name = f"v{len(self.definitions)}"
        value = value_from_ast_untyped(node)
        has_default = self._info.get_default_value() is not None
        printed = str(type_)
        if isinstance(type_, GraphQLNonNull) and has_default and self._rng.random() < 0.5:
            printed = printed.removesuffix("!")
        elif not isinstance(type_, GraphQLNonNull) and value is not None and self._rng.random() < 0.3:
            printed += "!"
        self.definitions.append(f"${name}: {printed}")
        self.variables[name] = value
        return VariableNode(name=NameNode(value=name))


@dataclass(slots=True)
class Recording:
    """The values that the fields of one execution resolved to, by response path."""

    values: dict[tuple[str | int, ...], Any] = field(default_factory=dict)

    def record(self, _source: Any, info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
        """A value of the field's type, the same for the same response path."""
        path = tuple(info.path.as_list())
        self.values[path] = _value(info.schema, info.return_type, "/".join(map(str, path)))
        return self.values[path]

    def replay(self, _source: Any, info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
        """The value that was recorded for the response path."""
        return self.values[tuple(info.path.as_list())]


def execute(
    schema: GraphQLSchema, operation: Operation, recording: Recording, *, replayed: bool = False
) -> ExecutionResult:
    """Execute the operation; values are new and recorded, or replayed from the recording."""
    resolver = recording.replay if replayed else recording.record
    result = execute_sync(
        schema, operation.document, root_value={}, variable_values=operation.variables, field_resolver=resolver
    )
    assert isinstance(result, ExecutionResult)
    return result


def _value(schema: GraphQLSchema, type_: Any, seed: str) -> Any:
    """A value of the type; null for some nullable ones."""
    if isinstance(type_, GraphQLNonNull):
        return _present(schema, type_.of_type, seed)
    return None if zlib.crc32(f"{seed}?".encode()) % 7 == 0 else _present(schema, type_, seed)


def _present(schema: GraphQLSchema, type_: Any, seed: str) -> Any:
    number = zlib.crc32(seed.encode())
    if isinstance(type_, GraphQLList):
        return [_value(schema, type_.of_type, f"{seed}/{index}") for index in range(number % 3)]
    if is_composite_type(type_):
        possible = schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        return {"__typename": possible[number % len(possible)].name} if possible else None
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)[number % len(type_.values)]
    return {"Int": number % 5, "Float": 1.5, "Boolean": number % 2 == 0}.get(type_.name, f"v{number % 5}")
