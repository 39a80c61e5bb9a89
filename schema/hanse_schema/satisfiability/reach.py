"""From a node in one subgraph: the other nodes reachable for the same object, and the fields they resolve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hanse_schema.query_graph import TYPENAME, FieldEdge, FieldPick, Node, Picks, TypePick, parse_picks
from hanse_schema.satisfiability.fixpoint import Fixpoint
from hanse_schema.satisfiability.world import World
from hanse_schema.supergraph.model import ContextArgument

Labels = frozenset[tuple[str, bool]]
"""The progressive override labels that are decided, with their values; the others are not known."""

Nodes = frozenset[Node]

LEAF = Node("", "")
"""Where a leaf field leads."""


class Origin(NamedTuple):
    """The nodes reachable from a start; and the start itself, as `once`, if its subgraph cannot be entered again."""

    reached: Nodes
    once: Node | None


class Move(NamedTuple):
    """A field leads to `target`; it can be resolved if its contexts can be filled."""

    target: Node
    contexts: tuple[ContextArgument, ...] = ()


Moves = Mapping[str, frozenset[Move]]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage for an object: nodes that can collect its `key` reach `targets`.

    `needs_type` means that the object's real type must be known first, which an interface object does not provide.
    """

    key: Picks
    needs_type: bool
    targets: Nodes


@dataclass(frozen=True, slots=True)
class _Closure:
    """All nodes to be reached from a node: an equation of the fixpoint."""

    node: Node
    type: str


@dataclass(frozen=True, slots=True)
class _Requirement:
    """The `@requires` of a field at a node; its solution is that node if it can be satisfied, else nothing."""

    node: Node
    type: str
    field: str


class Reach:
    """Reachability for one choice of override labels. Results are computed lazily and cached.

    In all methods, `type_` is the object's type in the supergraph: an object type; or an interface, if its node is
    an interface object and the real type does not matter.
    """

    def __init__(self, world: World, labels: Labels = frozenset()) -> None:
        self._world = world
        self._graph = world.graph
        self._labels = dict(labels)
        self._solution: Fixpoint[_Closure | _Requirement, Nodes] = Fixpoint(self._solve, _bottom)
        self._passages: dict[str, tuple[Passage, ...]] = {}
        self._moves: dict[tuple[Origin, str], Moves] = {}
        self._returns: dict[Node, bool] = {}

    def nodes(self, start: Node, type_: str) -> Nodes:
        """All nodes that can be reached for the same object, including `start`."""
        return self._solution.get(_Closure(start, type_))

    def moves(self, starts: Nodes, type_: str) -> Moves:
        """All fields that can be resolved from one of the starts, by name, with their targets."""
        found = [self._moves_in(origin, type_) for origin in {self.origin(start, type_) for start in starts}]
        if len(found) == 1:
            return found[0]
        merged: dict[str, frozenset[Move]] = {}
        for moves in found:
            for name, some in moves.items():
                merged[name] = merged.get(name, frozenset()) | some
        return merged

    def origin(self, start: Node, type_: str) -> Origin:
        """The equivalence class of the start: starts with the same origin reach the same nodes."""
        return Origin(self.nodes(start, type_), None if self.can_return(start) else start)

    def _moves_in(self, origin: Origin, type_: str) -> Moves:
        found = self._moves.get((origin, type_))
        if found is None:
            collected: dict[str, set[Move]] = defaultdict(set)
            for node in origin.reached:
                for name, edge in self._graph.fields(node).items():
                    if self._can_follow(node, type_, edge) and not (node == origin.once and edge.requires):
                        collected[name].add(Move(edge.target or LEAF, edge.contexts))
            found = {name: frozenset(moves) for name, moves in collected.items()}
            self._moves[origin, type_] = found
        return found

    def can_return(self, node: Node) -> bool:
        """Whether the subgraph can be entered again with the requirements: by a `@key` that it can resolve itself."""
        known = self._returns.get(node)
        if known is None:
            joins = self._graph.supergraph.types[node.type].joins
            keys = [parse_picks(join.key) for join in joins if join.graph == node.graph and join.key is not None]
            requires = any(edge.requires for edge in self._graph.fields(node).values())
            known = not requires or any(self._has_locally(key, node) for key in keys)
            self._returns[node] = known
        return known

    def _has_locally(self, picks: Picks, node: Node) -> bool:
        if not self._graph.is_object(node):
            return all(self._has_locally(picks, cast) for cast in self._graph.casts(node))
        for pick in picks:
            if isinstance(pick, TypePick):
                if self._concerns(pick, node.type) and not self._has_locally(pick.picks, node):
                    return False
                continue
            if pick.name == TYPENAME:
                if self._graph.is_interface_object(node):
                    return False
                continue
            edge = self._graph.field(node, pick.name)
            if edge is None or edge.requires or not self.label_holds(edge):
                return False
            if edge.target is not None and not self._has_locally(pick.picks, edge.target):
                return False
        return True

    def step(self, node: Node, type_: str, name: str) -> Node | None:
        """The target of the field if this subgraph resolves it; None if it cannot."""
        if name == TYPENAME:
            return None if self._graph.is_interface_object(node) else LEAF
        edge = self._graph.field(node, name)
        return (edge.target or LEAF) if edge is not None and self._can_follow(node, type_, edge) else None

    def _can_follow(self, node: Node, type_: str, edge: FieldEdge) -> bool:
        if not self.label_holds(edge):
            return False
        if edge.requires and not self._solution.get(_Requirement(node, type_, edge.name)):
            return False
        return self._graph.is_object(node) or self._all_types(node, edge.name)

    def label_holds(self, edge: FieldEdge) -> bool:
        """Whether the labels assign this field to its subgraph. False if the label is undecided."""
        condition = edge.condition
        return condition is None or self._labels.get(condition.label) == condition.active

    def is_real(self, node: Node, type_: str) -> bool:
        """Whether the node is the type itself, not an interface object that represents it."""
        return node.type == type_ and not self._graph.is_interface_object(node)

    def can_collect(self, picks: Picks, nodes: Iterable[Node]) -> bool:
        """Whether the field set can be collected for objects at the nodes, for all their possible types."""
        nodes = tuple(nodes)
        return all(self._can_pick(pick, nodes) for pick in picks)

    def collect(self, picks: Picks, reached: Iterable[Node], type_: str) -> bool:
        """Whether the field set can be collected for an object at the reached nodes only."""
        reached = tuple(reached)
        return all(self._pick(pick, reached, type_) for pick in picks)

    def _solve(self, equation: _Closure | _Requirement) -> Nodes:
        if isinstance(equation, _Closure):
            return self._close(equation)
        edge = self._graph.field(equation.node, equation.field)
        reached = self.nodes(equation.node, equation.type)
        met = edge is not None and self.collect(edge.requires, reached, equation.type)
        return frozenset({equation.node}) if met else frozenset()

    def _close(self, equation: _Closure) -> Nodes:
        reached = {equation.node}
        closed = list(self._passages_of(equation.type))
        opened = True
        while opened:
            is_typed = any(self.is_real(node, equation.type) for node in reached)
            opened = False
            for passage in closed[:]:
                if (is_typed or not passage.needs_type) and self.collect(passage.key, reached, equation.type):
                    reached |= passage.targets
                    closed.remove(passage)
                    opened = True
        return frozenset(reached)

    def _passages_of(self, type_: str) -> tuple[Passage, ...]:
        """The passages for an object of the type, merged by conditions."""
        found = self._passages.get(type_)
        if found is None:
            groups: dict[tuple[Picks, bool], set[Node]] = defaultdict(set)
            for key, needs_type, target in self._ways(type_):
                groups[key, needs_type].add(target)
            found = tuple(Passage(*group, frozenset(targets)) for group, targets in groups.items())
            self._passages[type_] = found
        return found

    def _ways(self, type_: str) -> Iterator[tuple[Picks, bool, Node]]:
        graph, is_object = self._graph, type_ in self._world.interfaces
        if type_ in self._world.roots:
            for join in graph.supergraph.types[type_].joins:
                yield (), True, Node(join.graph, type_)
        for entry in graph.entries.get(type_, ()):
            # The key of a singleton is its type.
            yield entry.key, (is_object and not entry.to_interface_object) or not entry.key, entry.target
        for interface in self._world.interfaces.get(type_, ()):
            for entry in graph.entries.get(interface, ()):
                subgraph = entry.target.graph
                if type_ in graph.runtime.get((subgraph, interface), ()):
                    yield entry.key, not entry.key, Node(subgraph, type_)

    def _all_types(self, node: Node, name: str) -> bool:
        """Whether the field of an abstract type can be collected for each of its possible types in that subgraph."""
        return all(
            any(self.step(reached, cast.type, name) is not None for reached in self.nodes(cast, cast.type))
            for cast in self._graph.casts(node)
        )

    def _can_pick(self, pick: FieldPick | TypePick, nodes: tuple[Node, ...]) -> bool:
        objects: dict[str, list[Node]] = defaultdict(list)
        for node in nodes:
            if self._graph.is_object(node):
                objects[node.type].append(node)
            elif all(self._can_pick_of(pick, [cast], cast.type) for cast in self._graph.casts(node)):
                return True
        return any(self._can_pick_of(pick, starts, type_) for type_, starts in objects.items())

    def _can_pick_of(self, pick: FieldPick | TypePick, starts: Iterable[Node], type_: str) -> bool:
        reached = frozenset[Node]().union(*(self.nodes(start, type_) for start in starts))
        return self._pick(pick, tuple(reached), type_)

    def _pick(self, pick: FieldPick | TypePick, reached: tuple[Node, ...], type_: str) -> bool:
        if isinstance(pick, TypePick):
            return not self._concerns(pick, type_) or self.collect(pick.picks, reached, type_)
        targets = (target for node in reached if (target := self.step(node, type_, pick.name)) is not None)
        if not pick.picks:
            return any(True for _ in targets)
        found = tuple(targets)
        return bool(found) and self.can_collect(pick.picks, found)

    def _concerns(self, pick: TypePick, type_: str) -> bool:
        return type_ == pick.type or type_ in self._graph.possible.get(pick.type, ())


def _bottom(equation: _Closure | _Requirement) -> Nodes:
    return frozenset({equation.node}) if isinstance(equation, _Closure) else frozenset()
