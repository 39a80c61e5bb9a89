"""A subgraph's SDL as a schema that graphql-core executes, with the root fields and types that federation adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphql import GraphQLSchema, build_schema

from hanse_schema.subgraph import ingest
from hanse_schema.subgraph.field_set import FieldSetError, Selection, parse_field_set
from hanse_schema.subgraph.model import (
    FieldDef,
    InputValueDef,
    Kind,
    SubgraphSchema,
    SubgraphSource,
    TypeDef,
    applied,
    string_argument,
)

BUILT_IN = {"Int", "Float", "String", "Boolean", "ID"}
MACHINERY = "scalar _Any\ntype _Service { sdl: String }\n"
SERVICE = "_service: _Service!"
ENTITIES = "_entities(representations: [_Any!]!): [_Entity]!"


@dataclass(frozen=True, slots=True)
class ExecutableSubgraph:
    """The schema, and the keys of each entity, the first one first."""

    schema: GraphQLSchema
    keys: Mapping[str, tuple[tuple[Selection, ...], ...]] = field(default_factory=dict)


class InvalidSdlError(ValueError):
    """The SDL is not that of a valid subgraph."""


def executable(name: str, sdl: str) -> ExecutableSubgraph:
    """The subgraph's schema. Raises InvalidSdlError."""
    ingested = ingest(SubgraphSource(name, sdl))
    if ingested.schema is None:
        raise InvalidSdlError("; ".join(map(str, ingested.diagnostics)))
    subgraph = ingested.schema
    keys = {one.name: found for one in subgraph.types.values() if (found := _keys(one))}
    return ExecutableSubgraph(build_schema(_text(subgraph, keys), assume_valid=True), keys)


def _keys(definition: TypeDef) -> tuple[tuple[Selection, ...], ...]:
    if definition.kind is not Kind.OBJECT:
        return ()
    found = []
    for key in applied(definition.directives, "key"):
        try:
            found.append(parse_field_set(string_argument(key, "fields") or ""))
        except FieldSetError:
            continue  # composition reports it
    return tuple(found)


def _text(subgraph: SubgraphSchema, entities: Iterable[str]) -> str:
    union = f"union _Entity = {' | '.join(entities)}\n" if entities else ""
    query = subgraph.types.get("Query")
    own = [_field(one) for one in query.fields.values()] if query is not None else []
    roots = [*own, SERVICE, *([ENTITIES] if union else ())]
    types = (_type(one) for one in subgraph.types.values() if one.name != "Query" and one.name not in BUILT_IN)
    return "\n".join([MACHINERY, union, _block("type Query", roots), *types])


def _type(definition: TypeDef) -> str:
    name = definition.name
    match definition.kind:
        case Kind.SCALAR:
            return f"scalar {name}"
        case Kind.UNION:
            return f"union {name} = {' | '.join(definition.members)}"
        case Kind.ENUM:
            return _block(f"enum {name}", definition.values)
        case Kind.INPUT_OBJECT:
            return _block(f"input {name}", (_input(one) for one in definition.input_fields.values()))
        case Kind.OBJECT | Kind.INTERFACE:
            word = "type" if definition.kind is Kind.OBJECT else "interface"
            head = f"{word} {name}{_implements(definition)}"
            return _block(head, (_field(one) for one in definition.fields.values()))


def _implements(definition: TypeDef) -> str:
    return f" implements {' & '.join(definition.interfaces)}" if definition.interfaces else ""


def _block(head: str, lines: Iterable[str]) -> str:
    return "\n".join([f"{head} {{", *_indented(lines), "}"])


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _field(one: FieldDef) -> str:
    arguments = ", ".join(_input(argument) for argument in one.arguments.values())
    return f"{one.name}{f'({arguments})' if arguments else ''}: {one.type}"


def _input(one: InputValueDef) -> str:
    return f"{one.name}: {one.type}{f' = {one.default}' if one.default is not None else ''}"
