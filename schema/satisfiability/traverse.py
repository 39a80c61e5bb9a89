"""Walk through the API schema as every possible operation does, and see where no subgraph can answer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from schema.satisfiability.reach import LEAF, Labels, Move, Position, Positions, Reach
from schema.satisfiability.selections import parse_selections
from schema.satisfiability.subgraph_view import World
from schema.supergraph.model import ContextArgument, ObjectType
from schema.type_ref import named_type


@dataclass(frozen=True, slots=True)
class Step:
    """The last step of an operation: a field, or a type condition; `before` is the way there (None for its root)."""

    before: Step | None
    field: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A context that is set: by an object of `type`, found at `positions`."""

    type: str
    positions: Positions


Contexts = frozenset[tuple[str, Setting]]


@dataclass(frozen=True, slots=True)
class State:
    """Where an operation may stand: at a type of the supergraph, in any one of several places, all equally good."""

    type: str
    positions: Positions
    labels: Labels = frozenset()
    contexts: Contexts = frozenset()

    def covers(self, other: State) -> bool:
        """Whether whatever can be answered from here can be answered from the other state too."""
        return self.positions <= other.positions and self.labels <= other.labels and self.contexts <= other.contexts


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A field (or, with `field` None, the narrowing to `type`) that cannot be answered from the state."""

    state: State
    type: str
    field: str | None
    step: Step


@dataclass(frozen=True, slots=True)
class SharedAbstract:
    """A field with an abstract type that several subgraphs resolve: are their runtime types the same?"""

    type: str
    field: str
    targets: Positions
    step: Step


@dataclass(slots=True)
class Findings:
    """What a walk has found, each coordinate once, by the shortest way to it."""

    dead_ends: dict[tuple[str, str | None], DeadEnd] = field(default_factory=dict)
    shared: dict[tuple[str, str, Positions], SharedAbstract] = field(default_factory=dict)


class Walk:
    """A walk breadth first, so that what is found first has the shortest operation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.findings = Findings()
        self._reaches: dict[Labels, Reach] = {}
        self._visited: dict[str, list[State]] = {}
        self._queue: deque[tuple[State, Step]] = deque()

    def run(self) -> Findings:
        """Walk from every root."""
        supergraph = self.world.supergraph
        for root in (supergraph.query, supergraph.mutation, supergraph.subscription):
            if root is not None:
                starts = (Position(graph, root) for graph, view in self.world.views.items() if root in view.fields)
                self._visit(State(root, frozenset(starts)), Step(None, type=root))
        while self._queue:
            self._leave(*self._queue.popleft())
        return self.findings

    def reach(self, labels: Labels) -> Reach:
        """The reach under a choice of labels."""
        found = self._reaches.get(labels)
        if found is None:
            found = self._reaches[labels] = Reach(self.world, labels)
        return found

    def _visit(self, state: State, step: Step) -> None:
        visited = self._visited.setdefault(state.type, [])
        if not any(earlier.covers(state) for earlier in visited):
            visited.append(state)
            self._queue.append((state, step))

    def _leave(self, state: State, step: Step) -> None:
        if state.type in self.world.runtime_types:
            for type_ in self.world.runtime_types[state.type]:
                self._narrow(state, type_, step)
            return
        moves = self.reach(state.labels).moves(state.positions, state.type)
        for name in self.world.visible_fields[state.type]:
            label = self.world.labels.get((state.type, name))
            if label is None or label in dict(state.labels):
                self._take(state, name, moves.get(name, frozenset()), step)
                continue
            for value in (True, False):
                decided = replace(state, labels=state.labels | {(label, value)})
                decided_moves = self.reach(decided.labels).moves(state.positions, state.type)
                self._take(decided, name, decided_moves.get(name, frozenset()), step)

    def _narrow(self, state: State, type_: str, step: Step) -> None:
        narrowed: set[Position] = set()
        for position in state.positions:
            found = self._narrow_position(state, position, type_)
            if found is None:
                return  # this subgraph never has that type here; being as good as the others, it speaks for them
            narrowed |= found
        here = Step(step, type=type_)
        if narrowed:
            contexts = self._contexts(state, frozenset(narrowed), state.type, type_)
            self._visit(State(type_, frozenset(narrowed), state.labels, contexts), here)
        else:
            self.findings.dead_ends.setdefault((type_, None), DeadEnd(state, type_, None, here))

    def _narrow_position(self, state: State, position: Position, type_: str) -> set[Position] | None:
        """The position as one at `type_`; nothing if that type cannot be told there; None if it is never that type."""
        view = self.world.views[position.graph]
        if position.type in view.interface_objects:
            reach = self.reach(state.labels)
            known = any(reach.is_real(reached, type_) for reached in reach.positions(position, type_))
            return {position} if known else set()
        if position.type == type_:
            return {position}
        if type_ in view.runtime_types.get(position.type, ()):
            return {Position(position.graph, type_, position.provided)}
        return None

    def _take(self, state: State, name: str, moves: frozenset[Move], step: Step) -> None:
        here = Step(step, field=name)
        moves = frozenset(move for move in moves if self._can_fill(state, move.contexts))
        if not moves:
            self.findings.dead_ends.setdefault((state.type, name), DeadEnd(state, state.type, name, here))
            return
        targets = frozenset(move.target for move in moves if move.target != LEAF)
        if not targets:
            return
        type_ = self._type_of(state.type, name)
        if type_ in self.world.runtime_types and len({target.graph for target in targets}) > 1:
            key = (state.type, name, targets)
            self.findings.shared.setdefault(key, SharedAbstract(state.type, name, targets, here))
        contexts = self._contexts(state, targets, type_)
        self._visit(State(type_, targets, state.labels, contexts), here)

    def _type_of(self, type_: str, name: str) -> str:
        definition = self.world.supergraph.types[type_]
        assert isinstance(definition, ObjectType)
        return named_type(definition.fields[name].type)

    def _contexts(self, state: State, positions: Positions, *types: str) -> Contexts:
        """The contexts that are set once an operation has come to the types; the nearest setting wins."""
        set_here = {name: Setting(type_, positions) for type_ in types for name in self.world.contexts.get(type_, ())}
        return frozenset({**dict(state.contexts), **set_here}.items()) if set_here else state.contexts

    def _can_fill(self, state: State, arguments: tuple[ContextArgument, ...]) -> bool:
        contexts = dict(state.contexts)
        reach = self.reach(state.labels)
        for argument in arguments:
            setting = contexts.get(argument.context)
            if setting is None or not reach.can_collect(parse_selections(argument.selection), setting.positions):
                return False
        return True
