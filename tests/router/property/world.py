"""Made-up data for any supergraph: every field of every object has one value, wherever it is asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import parse_const_value, value_from_ast_untyped

from hanse_schema.query_graph import TYPENAME, FieldPick, Picks, QueryGraph, TypePick
from hanse_schema.query_graph.node import Node
from hanse_schema.supergraph.model import EnumType, Field, InterfaceType, ObjectType, UnionType
from hanse_schema.type_ref import is_list, is_non_null, item_of, named_type, nullable

INSTANCES = 3


class UnfitError(Exception):
    """There can be no data for the supergraph: a field that must not be null has no type that all agree on."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An object: its concrete type, and which one of them it is."""

    type: str
    index: int


class World:
    """The data of one supergraph. A value depends on nothing but the object, the field, and its arguments."""

    def __init__(self, graph: QueryGraph) -> None:
        self.graph = graph
        self.supergraph = graph.supergraph
        self._targets: dict[tuple[str, str], tuple[str, ...]] = {}
        self._at_hand: dict[tuple[str, str], bool] = {}
        self._keys = {
            pick.name
            for type_ in self.supergraph.types.values()
            if isinstance(type_, ObjectType | InterfaceType)
            for entry in graph.entries.get(type_.name, ())
            for pick in entry.key
            if isinstance(pick, FieldPick)
        }
        self._singletons = {
            type_ for type_, entries in graph.entries.items() if any(not e.key and not e.is_root for e in entries)
        }
        nullable_parts = {
            type_: {part for entry in entries for part in self._nullable_parts(type_, entry.key)}
            for type_, entries in graph.entries.items()
        }
        self._null_parts = frozenset().union(*nullable_parts.values())
        self._nullable = {type_ for type_, parts in nullable_parts.items() if parts}

    def instances(self, type_: str) -> list[Ref]:
        """Every object of a type, abstract or not. There is one of a singleton."""
        names = sorted(self.graph.possible[type_])
        return [Ref(name, index) for name in names for index in range(1 if name in self._singletons else INSTANCES)]

    def events(self) -> list[Ref]:
        """What a subscription's events are told of: each is an object of the root type, one after another."""
        assert self.supergraph.subscription is not None
        return self.instances(self.supergraph.subscription)

    def value(self, ref: Ref, name: str, arguments: Mapping[str, Any]) -> Any:
        """A field's value: a leaf, a `Ref`, None, or a list of those."""
        if name == TYPENAME:
            return ref.type
        field = self._field(ref.type, name)
        if self._is_null(ref, field) or self._wants_what_is_lacking(ref, name):
            return None
        given = self._given(field, arguments)
        seed = f"{ref.type}/{ref.index}/{name}/{json.dumps(given, sort_keys=True, default=str)}"
        return self._make(_strictest_type(field), ref, field, seed)

    def pick(self, ref: Ref | None, picks: Picks) -> Any:
        """What a representation should hold of a field set."""
        if ref is None:
            return None
        found: dict[str, Any] = {}
        for pick in picks:
            if isinstance(pick, FieldPick):
                value = self.value(ref, pick.name, _arguments(pick.arguments))
                found[pick.name] = self._pick_below(value, pick.picks) if pick.picks else value
            elif ref.type in self.graph.possible.get(pick.type, ()):
                found |= self.pick(ref, pick.picks)
        return found

    def find(self, type_: str, picks: Picks, representation: Mapping[str, Any]) -> Ref | None:
        """The object that a representation's key stands for: none where all of it is null."""
        for ref in self.instances(type_):
            key = self.pick(ref, picks)
            if (_tells(key) or not picks) and agrees(key, representation):
                return ref
        return None

    def _pick_below(self, value: Any, picks: Picks) -> Any:
        if isinstance(value, list):
            return [self._pick_below(item, picks) for item in value]
        return self.pick(value, picks)

    def _nullable_parts(self, type_: str, key: Picks) -> Iterator[tuple[str, str]]:
        """The fields of a key that may be null, each with the type that it is on."""
        for pick in key:
            if isinstance(pick, FieldPick) and pick.name != TYPENAME:
                definition = self.supergraph.types[type_]
                assert isinstance(definition, ObjectType | InterfaceType)
                reference = definition.fields[pick.name].type
                if not is_non_null(reference):
                    yield type_, pick.name
                yield from self._nullable_parts(named_type(reference), pick.picks)

    def _is_null(self, ref: Ref, field: Field) -> bool:
        """Whether the field is null for want of a key.

        The last object of a type whose keys may be null lacks some of them. It has only what all subgraphs know that
        others lead to it: what they cannot tell, nobody can be asked for.
        """
        if ref.index < INSTANCES - 1 or is_non_null(_strictest_type(field)):
            return False
        if (ref.type, field.name) in self._null_parts and _roll(f"{ref.type}/{field.name}/null", 2):
            return True
        return ref.type in self._nullable and not self._is_at_hand(ref.type, field.name)

    def _wants_what_is_lacking(self, ref: Ref, name: str) -> bool:
        """Whether the field requires something of an object below that nobody can be asked for, for want of a key."""
        edges = [edges[name] for (_, of), edges in self.graph.edges.items() if of == ref.type and name in edges]
        return any(self._lacks(ref, edge.requires) for edge in edges)

    def _lacks(self, ref: Ref, picks: Picks) -> bool:
        for pick in picks:
            if isinstance(pick, TypePick):
                if ref.type in self.graph.possible[pick.type] and self._lacks(ref, pick.picks):
                    return True
                continue
            if pick.name == TYPENAME:
                continue
            if self._is_null(ref, self._field(ref.type, pick.name)) or self._wants_what_is_lacking(ref, pick.name):
                return True
            below = _objects(self.value(ref, pick.name, _arguments(pick.arguments))) if pick.picks else ()
            if any(self._lacks(one, pick.picks) for one in below):
                return True
        return False

    def _is_at_hand(self, type_: str, name: str) -> bool:
        """Whether every subgraph of which a field leads to the type resolves a field of it, whatever else it knows.

        What leads on may as well be asked of another subgraph that resolves it, and there what is below: then nobody
        can count on it.
        """
        key = (type_, name)
        if key not in self._at_hand:
            graph = self.graph
            givers = {
                subgraph
                for (subgraph, _), edges in graph.edges.items()
                for edge in edges.values()
                if edge.target is not None and type_ in graph.runtime_types(edge.target)
            }
            own = [graph.edges.get((giver, type_), {}).get(name) for giver in givers]
            known = [edges[name] for (_, of), edges in graph.edges.items() if of == type_ and name in edges]
            settled = len(known) == 1 or all(edge.target is None for edge in known)
            sure = all(edge is not None and edge.is_plain and edge.condition is None for edge in own)
            self._at_hand[key] = settled and sure
        return self._at_hand[key]

    def _field(self, type_: str, name: str) -> Field:
        definition = self.supergraph.types[type_]
        assert isinstance(definition, ObjectType)
        return definition.fields[name]

    def _given(self, field: Field, arguments: Mapping[str, Any]) -> dict[str, Any]:
        known = {
            name: value_from_ast_untyped(parse_const_value(argument.default))
            for name, argument in field.arguments.items()
            if argument.default is not None
        }
        return {name: value for name, value in {**known, **arguments}.items() if value is not None}

    def _make(self, type_: str, ref: Ref, field: Field, seed: str) -> Any:
        if not is_non_null(type_) and field.name not in self._keys and _roll(seed + "?", 8) == 0:
            return None
        inner = nullable(type_)
        if is_list(inner):
            return [self._make(item_of(inner), ref, field, f"{seed}.{i}") for i in range(_roll(seed + "#", 3))]
        definition = self.supergraph.types.get(inner)
        if isinstance(definition, ObjectType | InterfaceType | UnionType):
            targets = self._targets_of(ref.type, field)
            if not targets:
                if is_non_null(type_):
                    raise UnfitError(f"{ref.type}.{field.name}")
                return None
            target = targets[_roll(seed, len(targets))]
            if target in self._singletons:
                return Ref(target, 0)
            index = ref.index if field.name in self._keys else _roll(seed + "@", INSTANCES)
            return Ref(target, index)
        if isinstance(definition, EnumType):
            return self._enum_value(definition, seed)
        return self._leaf(inner, ref, field, seed)

    def _enum_value(self, definition: EnumType, seed: str) -> str:
        graphs = {join.graph for join in definition.joins}
        shared = [v.name for v in definition.values.values() if not v.directives and _has_all(v.joins, graphs)]
        if not shared:
            raise UnfitError(definition.name)
        return shared[_roll(seed, len(shared))]

    def _leaf(self, name: str, ref: Ref, field: Field, seed: str) -> Any:
        match name:
            case "Int":
                return ref.index * 1000 + _roll(seed, 1000)
            case "Float":
                return ref.index * 1000 + _roll(seed, 1000) + 0.5
            case "Boolean":
                return _roll(seed, 2) == 1
            case _:
                return f"{ref.type}-{ref.index}-{field.name}-{_roll(seed, 10_000)}"

    def _targets_of(self, type_: str, field: Field) -> tuple[str, ...]:
        """The object types that every subgraph that knows the field can give."""
        key = (type_, field.name)
        if key not in self._targets:
            sets = [
                self.graph.runtime_types(Node(graph, target)) & self.graph.possible[named_type(field.type)]
                for graph, target in self._known_by(type_, field)
            ]
            self._targets[key] = tuple(sorted(frozenset.intersection(*sets))) if sets else ()
        return self._targets[key]

    def _known_by(self, type_: str, field: Field) -> list[tuple[str, str]]:
        definition = self.supergraph.types[type_]
        assert isinstance(definition, ObjectType)
        found = []
        for owner in (type_, *definition.interfaces):
            for (graph, name), edges in [*self.graph.edges.items(), *self.graph.external.items()]:
                edge = edges.get(field.name)
                if name == owner and edge is not None and edge.target is not None:
                    found.append((graph, edge.target.type))
        return found


def _strictest_type(field: Field) -> str:
    types = [field.type, *(join.type for join in field.joins if join.type is not None)]
    return _strictest(types, field.type)


def _strictest(types: list[str], of: str) -> str:
    """A type reference that is non-null wherever one of the references is: no subgraph may find null there."""
    inner = [nullable(type_) for type_ in types]
    mark = "!" if any(is_non_null(type_) for type_ in types) else ""
    if is_list(nullable(of)):
        return f"[{_strictest([item_of(type_) for type_ in inner], item_of(nullable(of)))}]{mark}"
    return nullable(of) + mark


def _objects(value: Any) -> Iterator[Ref]:
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    elif value is not None:
        yield value


def _tells(key: Any) -> bool:
    """Whether anything of a key is not null."""
    if isinstance(key, dict | list):
        return any(map(_tells, key.values() if isinstance(key, dict) else key))
    return key is not None


def agrees(expected: Any, sent: Any) -> bool:
    """Whether what was sent holds all that was expected (it may hold more)."""
    if isinstance(expected, dict):
        return isinstance(sent, Mapping) and all(
            name in sent and agrees(value, sent[name]) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(sent, list) and len(sent) == len(expected) and all(map(agrees, expected, sent))
    return bool(expected == sent)


def _arguments(text: str) -> dict[str, Any]:
    if not text:
        return {}
    value = value_from_ast_untyped(parse_const_value(f"{{{text}}}"))
    assert isinstance(value, dict)
    return value


def _has_all(joins: Any, graphs: set[str]) -> bool:
    return not joins or graphs <= {join.graph for join in joins}


def _roll(seed: str, sides: int) -> int:
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=6).digest(), "big") % sides
