"""From a place in one subgraph: which others can be entered for the same object, and what can be asked there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schema.satisfiability.fixpoint import Fixpoint
from schema.satisfiability.selections import FieldPick, Selections, TypePick
from schema.satisfiability.subgraph_view import SubgraphField, World
from schema.supergraph.model import ContextArgument

Labels = frozenset[tuple[str, bool]]
"""The progressive override labels that are decided, with their values; the others are not known."""


class Position(NamedTuple):
    """A place to be: a type in one subgraph, with the external fields that the way there has provided."""

    graph: str
    type: str
    provided: Selections = ()


Positions = frozenset[Position]

LEAF = Position("", "")
"""Where a leaf field leads."""


class Move(NamedTuple):
    """A field leads to `target`; it can be asked for where its contexts can be filled."""

    target: Position
    contexts: tuple[ContextArgument, ...] = ()


Moves = Mapping[str, frozenset[Move]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A way to further positions of an object: whoever can collect `selections` of it can be at `positions`.

    `needs_type` tells that the object's real type has to be known first, which an interface object does not tell.
    """

    selections: Selections
    needs_type: bool
    positions: Positions


@dataclass(frozen=True, slots=True)
class _Closure:
    """All positions to be reached from a position: an equation of the fixpoint."""

    position: Position
    type: str


@dataclass(frozen=True, slots=True)
class _Requirement:
    """The `@requires` of a field at a position; its solution is that position when it can be met, else nothing."""

    position: Position
    type: str
    field: str


class Reach:
    """Answers for one choice of override labels. Everything is computed when first asked for, and kept.

    In all of these, `type_` is what the object is in the supergraph: an object type; or an interface, where its
    position is an interface object and the real type does not matter.
    """

    def __init__(self, world: World, labels: Labels = frozenset()) -> None:
        self._world = world
        self._labels = dict(labels)
        self._solution: Fixpoint[_Closure | _Requirement, Positions] = Fixpoint(self._solve, _bottom)
        self._entries: dict[str, tuple[Entry, ...]] = {}
        self._moves: dict[tuple[Positions, str], Moves] = {}

    def positions(self, start: Position, type_: str) -> Positions:
        """All positions that can be reached for the same object, `start` among them."""
        return self._solution.get(_Closure(start, type_))

    def moves(self, starts: Positions, type_: str) -> Moves:
        """All fields that can be asked for from one of the starts, by name, with where they lead."""
        found = [self._moves_in(reached, type_) for reached in {self.positions(start, type_) for start in starts}]
        if len(found) == 1:
            return found[0]
        merged: dict[str, frozenset[Move]] = {}
        for moves in found:
            for name, some in moves.items():
                merged[name] = merged.get(name, frozenset()) | some
        return merged

    def _moves_in(self, reached: Positions, type_: str) -> Moves:
        found = self._moves.get((reached, type_))
        if found is None:
            collected: dict[str, set[Move]] = defaultdict(set)
            for position in reached:
                for name, field in self._fields(position).items():
                    target = self.step(position, type_, name)
                    if target is not None:
                        collected[name].add(Move(target, field.contexts))
            found = {name: frozenset(moves) for name, moves in collected.items()}
            self._moves[reached, type_] = found
        return found

    def step(self, position: Position, type_: str, name: str) -> Position | None:
        """Where the field leads when that very subgraph is asked for it; None when it cannot resolve it."""
        field = self._fields(position).get(name)
        if field is None or not self.label_holds(field):
            return None
        provided = [pick for pick in self._provided(position, type_) if pick.name == name]
        if field.external and not provided:
            return None
        if field.requires and not self._solution.get(_Requirement(position, type_, name)):
            return None
        if position.type in self._world.views[position.graph].runtime_types and not self._all_types(position, name):
            return None
        if field.type is None:
            return LEAF
        beneath = tuple(selection for pick in provided for selection in pick.selections)
        return Position(position.graph, field.type, beneath + field.provides)

    def label_holds(self, field: SubgraphField) -> bool:
        """Whether the labels give this field to its subgraph. What an undecided label gives is not counted on."""
        return field.label is None or self._labels.get(field.label[0]) == field.label[1]

    def is_real(self, position: Position, type_: str) -> bool:
        """Whether the position is at the type itself, not at an interface object that stands for it."""
        return position.type == type_ and type_ not in self._world.views[position.graph].interface_objects

    def can_collect(self, selections: Selections, positions: Iterable[Position]) -> bool:
        """Whether the field set can be had of objects found at the positions, whatever their types are."""
        positions = tuple(positions)
        return all(self._can_pick(pick, positions) for pick in selections)

    def collect(self, selections: Selections, reached: Iterable[Position], type_: str) -> bool:
        """Whether the field set can be had of an object by asking at the reached positions alone."""
        reached = tuple(reached)
        return all(self._pick(pick, reached, type_) for pick in selections)

    def entries(self, type_: str) -> tuple[Entry, ...]:
        """The ways into subgraphs for an object of the type, those with the same conditions in one."""
        found = self._entries.get(type_)
        if found is None:
            groups: dict[tuple[Selections, bool], set[Position]] = defaultdict(set)
            for selections, needs_type, position in self._all_entries(type_):
                groups[selections, needs_type].add(position)
            found = tuple(Entry(*group, frozenset(positions)) for group, positions in groups.items())
            self._entries[type_] = found
        return found

    def _fields(self, position: Position) -> dict[str, SubgraphField]:
        return self._world.views[position.graph].fields.get(position.type, {})

    def _solve(self, node: _Closure | _Requirement) -> Positions:
        if isinstance(node, _Closure):
            return self._close(node)
        requires = self._fields(node.position)[node.field].requires
        reached = self.positions(node.position, node.type)
        return frozenset({node.position}) if self.collect(requires, reached, node.type) else frozenset()

    def _close(self, node: _Closure) -> Positions:
        reached = {node.position}
        closed = list(self.entries(node.type))
        opened = True
        while opened:
            is_typed = any(self.is_real(position, node.type) for position in reached)
            opened = False
            for entry in closed[:]:
                if (is_typed or not entry.needs_type) and self.collect(entry.selections, reached, node.type):
                    reached |= entry.positions
                    closed.remove(entry)
                    opened = True
        return frozenset(reached)

    def _all_entries(self, type_: str) -> Iterator[tuple[Selections, bool, Position]]:
        world = self._world
        is_object = type_ in world.interfaces
        for graph in world.graphs.get(type_, ()):
            if type_ in world.roots:
                yield (), True, Position(graph, type_)
            for selections in self._resolvable_keys(graph, type_):
                yield selections, is_object, Position(graph, type_)
        for interface in world.interfaces.get(type_, ()):
            for graph in world.graphs.get(interface, ()):
                view = world.views[graph]
                if interface in view.interface_objects:
                    arrival = Position(graph, interface)
                elif type_ in view.runtime_types.get(interface, ()):
                    arrival = Position(graph, type_)
                else:
                    continue
                for selections in self._resolvable_keys(graph, interface):
                    yield selections, False, arrival

    def _resolvable_keys(self, graph: str, type_: str) -> Iterator[Selections]:
        return (key.selections for key in self._world.views[graph].keys.get(type_, ()) if key.resolvable)

    def _provided(self, position: Position, type_: str) -> Iterator[FieldPick]:
        pending = list(position.provided)
        while pending:
            pick = pending.pop()
            if isinstance(pick, FieldPick):
                yield pick
            elif self._world.is_a(type_, pick.type):
                pending += pick.selections

    def _all_types(self, position: Position, name: str) -> bool:
        """Whether the field of an interface can be had for every type that it may be in that subgraph."""
        types = self._world.views[position.graph].runtime_types[position.type]
        return all(
            any(
                self.step(reached, type_, name) is not None
                for reached in self.positions(Position(position.graph, type_, position.provided), type_)
            )
            for type_ in types
        )

    def _can_pick(self, pick: FieldPick | TypePick, positions: tuple[Position, ...]) -> bool:
        objects: dict[str, list[Position]] = defaultdict(list)
        for position in positions:
            types = self._world.views[position.graph].runtime_types.get(position.type)
            if types is None:
                objects[position.type].append(position)
            elif all(
                self._can_pick_of(pick, [Position(position.graph, type_, position.provided)], type_) for type_ in types
            ):
                return True
        return any(self._can_pick_of(pick, starts, type_) for type_, starts in objects.items())

    def _can_pick_of(self, pick: FieldPick | TypePick, starts: Iterable[Position], type_: str) -> bool:
        reached = frozenset[Position]().union(*(self.positions(start, type_) for start in starts))
        return self._pick(pick, tuple(reached), type_)

    def _pick(self, pick: FieldPick | TypePick, reached: tuple[Position, ...], type_: str) -> bool:
        if isinstance(pick, TypePick):
            return not self._world.is_a(type_, pick.type) or self.collect(pick.selections, reached, type_)
        targets = (target for position in reached if (target := self.step(position, type_, pick.name)) is not None)
        if not pick.selections:
            return any(True for _ in targets)
        found = tuple(targets)
        return bool(found) and self.can_collect(pick.selections, found)


def _bottom(node: _Closure | _Requirement) -> Positions:
    return frozenset({node.position}) if isinstance(node, _Closure) else frozenset()
