"""Subgraphs over a made-up world, strict as can be: what one was not told and does not own, it does not know."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from hanse_schema.query_graph import Entry, FieldEdge, FieldPick, Node, Picks, QueryGraph, parse_picks
from hanse_schema.supergraph.model import (
    ContextArgument,
    EnumType,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    JoinField,
    ObjectType,
    ScalarType,
    Supergraph,
    UnionType,
)
from tests.router.property.world import Ref, World, agrees


@dataclass(frozen=True, slots=True)
class Known:
    """An object as one subgraph has it: with the representation that it came by, and what was provided with it."""

    ref: Ref
    type: str
    representation: Mapping[str, Any] | None = None
    provided: Picks = ()


class WorldSubgraph(CoroutineTransport):
    """One subgraph. Also a transport: it answers requests in process and counts them."""

    def __init__(self, world: World, graph: str, labels: frozenset[str] = frozenset()) -> None:
        self._labels = labels
        self._world = world
        self._graph = graph
        self._query_graph: QueryGraph = world.graph
        self.requests = 0
        self.schema: GraphQLSchema = build_schema(subgraph_sdl(world.supergraph, graph), assume_valid=True)
        for type_ in self.schema.type_map.values():
            if type_.name.startswith("__"):
                continue
            if isinstance(type_, GraphQLObjectType):
                for name, field in type_.fields.items():
                    field.resolve = self._resolver(type_.name, name)
            elif isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
                type_.resolve_type = _resolve_type

    async def send(self, request: SubgraphRequest) -> bytes:
        """Answer one request. A request that this subgraph would refuse is an error of the planner."""
        return self._answer(request, None)

    async def stream(self, request: SubgraphRequest) -> AsyncIterator[bytes]:
        """The events of a subscription."""
        for event in self._world.events():
            yield self._answer(request, Known(event, event.type))

    async def close(self) -> None:
        """Nothing to give back."""

    def _answer(self, request: SubgraphRequest, root: Known | None) -> bytes:
        self.requests += 1
        body = json.loads(request.body)
        document = parse(body["query"])
        errors = validate(self.schema, document)
        if errors:
            raise AssertionError(f"{self._graph} refuses {body['query']}: {errors[0].message}")
        result = execute_sync(self.schema, document, root, variable_values=body.get("variables"))
        return json.dumps(result.formatted).encode()

    def _resolver(self, type_: str, name: str) -> Callable[..., Any]:
        if name == "_entities":
            return self._entities

        def resolve(source: Known | None, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
            return self._resolve(source or Known(Ref(type_, 0), type_), name, arguments)

        return resolve

    def _resolve(self, source: Known, name: str, arguments: Mapping[str, Any]) -> Any:
        edge = self._edge(source, name)
        self._check_required(source, edge)
        for argument in edge.contexts:
            self._check_from_above(argument, arguments.get(argument.name))
        from_above = {argument.name for argument in edge.contexts}
        asked = {key: value for key, value in arguments.items() if key not in from_above}
        value = self._world.value(source.ref, name, asked)
        return value if edge.target is None else self._known(value, edge.target)

    def _edge(self, source: Known, name: str) -> FieldEdge:
        edge = self._query_graph.field(Node(self._graph, source.type, source.provided), name)
        if edge is None:
            raise GraphQLError(f"{self._graph} does not know {source.type}.{name} here")
        condition = edge.condition
        if condition is not None and condition.active != (condition.label in self._labels):
            raise GraphQLError(f"{self._graph} is not to be asked for {source.type}.{name}")
        return edge

    def _check_required(self, source: Known, edge: FieldEdge) -> None:
        if edge.requires:
            expected = self._world.pick(source.ref, edge.requires)
            if source.representation is None or not agrees(expected, source.representation):
                raise GraphQLError(
                    f"{self._graph} was to get {expected} for {source.type}.{edge.name}, got {source.representation}"
                )

    def _check_from_above(self, argument: ContextArgument, sent: Any) -> None:
        """What was sent has to be what one of the objects that set the context has."""
        (pick,) = parse_picks(argument.selection)
        assert isinstance(pick, FieldPick)
        types = self._world.supergraph.types.values()
        setting = [t.name for t in types if isinstance(t, ObjectType) and pick.name in t.fields]
        if not any(sent == self._world.value(ref, pick.name, {}) for t in setting for ref in self._world.instances(t)):
            raise GraphQLError(f"{self._graph} was sent {sent!r} for {argument.name}, which stands nowhere")

    def _known(self, value: Any, target: Node) -> Any:
        if isinstance(value, list):
            return [self._known(item, target) for item in value]
        if value is None:
            return None
        if self._query_graph.is_interface_object(target):
            return Known(value, target.type, provided=target.provides)
        return Known(value, value.type, provided=self._query_graph.cast(target, value.type).provides)

    def _entities(self, _: object, info: GraphQLResolveInfo[Any], representations: list[dict[str, Any]]) -> list[Any]:
        return [self._entity(representation) for representation in representations]

    def _entity(self, representation: dict[str, Any]) -> Known:
        name = representation["__typename"]
        for entry in self._keys(name):
            if not all(isinstance(pick, FieldPick) and pick.name in representation for pick in entry.key):
                continue
            ref = self._world.find(name, entry.key, representation)
            if ref is not None:
                is_object = name == ref.type or entry.to_interface_object
                return Known(ref, name if is_object else ref.type, representation)
        raise GraphQLError(f"{self._graph} finds no {name} for {representation}")

    def _keys(self, name: str) -> list[Entry]:
        own = Node(self._graph, name)
        return [entry for entry in self._query_graph.entries.get(name, ()) if entry.target == own]


def _resolve_type(value: Known, *_: object) -> str:
    return value.type


def subgraph_sdl(supergraph: Supergraph, graph: str) -> str:
    """A subgraph's schema as the supergraph's join records tell it."""
    return "\n".join(part for part in _parts(supergraph, graph) if part)


def _parts(supergraph: Supergraph, graph: str) -> list[str]:
    found, entities = [], []
    for type_ in supergraph.types.values():
        joins = [join for join in type_.joins if join.graph == graph]
        if isinstance(type_, ScalarType):
            found.append(f"scalar {type_.name}")
        elif isinstance(type_, EnumType):
            found.append(f"enum {type_.name} {{ {' '.join(type_.values)} }}")
        elif isinstance(type_, InputObjectType):
            found.append(f"input {type_.name} {{ {' '.join(map(_input, type_.fields.values()))} }}")
        elif isinstance(type_, UnionType):
            members = [record.member for record in type_.members if record.graph == graph]
            found.append(f"union {type_.name} = {' | '.join(members)}" if members else "")
        elif isinstance(type_, ObjectType | InterfaceType) and joins:
            found.append(_composite(supergraph, type_, graph, any(join.is_interface_object for join in joins)))
            is_object = isinstance(type_, ObjectType) or any(join.is_interface_object for join in joins)
            if is_object and any(join.key for join in joins):
                entities.append(type_.name)
    query = supergraph.query
    if not any(j.graph == graph for j in supergraph.types[query].joins):
        found.append(f"type {query}")
    if entities:
        found.append(f"scalar _Any union _Entity = {' | '.join(entities)}")
        found.append(f"extend type {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}")
    roots = [f"query: {query}"]
    for kind, name in (("mutation", supergraph.mutation), ("subscription", supergraph.subscription)):
        if name is not None and any(part.startswith(f"type {name} ") for part in found):
            roots.append(f"{kind}: {name}")
    return [f"schema {{ {' '.join(roots)} }}", *found]


def _composite(supergraph: Supergraph, type_: ObjectType | InterfaceType, graph: str, interface_object: bool) -> str:
    fields = []
    for field in type_.fields.values():
        joins = field.joins or tuple(JoinField(join.graph) for join in type_.joins)
        join = next((join for join in joins if join.graph == graph), None)
        if join is not None:
            fields.append(_field(field, join))
    interfaces = [record.interface for record in type_.implements if record.graph == graph]
    head = f"type {type_.name}" if isinstance(type_, ObjectType) or interface_object else f"interface {type_.name}"
    if interfaces:
        head += f" implements {' & '.join(interfaces)}"
    return f"{head} {{ {' '.join(fields)} }}" if fields else head + " "


def _field(field: Field, join: JoinField) -> str:
    inputs = [_input(argument) for argument in field.arguments.values()]
    inputs += [f"{argument.name}: {argument.type}" for argument in join.context_arguments]
    arguments = f"({' '.join(inputs)})" if inputs else ""
    return f"{field.name}{arguments}: {join.type or field.type}"


def _input(value: InputValue) -> str:
    return f"{value.name}: {value.type}" + (f" = {value.default}" if value.default is not None else "")
