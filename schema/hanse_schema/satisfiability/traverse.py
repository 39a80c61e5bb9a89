"""Walks through the API schema as every possible operation does, and finds the fields that no subgraph can resolve."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from hanse_schema.query_graph import Node, parse_context_picks
from hanse_schema.satisfiability.reach import LEAF, Labels, Move, Nodes, Origin, Reach
from hanse_schema.satisfiability.world import World
from hanse_schema.supergraph.model import ContextArgument, ObjectType
from hanse_schema.type_ref import named_type


@dataclass(frozen=True, slots=True)
class Step:
    """The last step of an operation: a field, or a type condition; `before` is the path to it (None for its root)."""

    before: Step | None
    field: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A context that is set: by an object of `type`, found at `nodes`."""

    type: str
    nodes: Nodes


Contexts = frozenset[tuple[str, Setting]]


@dataclass(frozen=True, slots=True)
class State:
    """The state of an operation: at a type of the supergraph, at any one of several equivalent nodes."""

    type: str
    nodes: Nodes
    labels: Labels = frozenset()
    contexts: Contexts = frozenset()


@dataclass(frozen=True, slots=True)
class Visit:
    """The part of a state that decides what can be resolved from it: `places` are its nodes by origin."""

    places: frozenset[Node | Origin]
    labels: Labels
    contexts: Contexts

    def covers(self, other: Visit) -> bool:
        """Whether everything that can be resolved here can be resolved in the other visit, too."""
        return self.places <= other.places and self.labels <= other.labels and self.contexts <= other.contexts


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A field (or, with `field` None, the narrowing to `type`) that cannot be resolved from the state."""

    state: State
    type: str
    field: str | None
    step: Step


@dataclass(frozen=True, slots=True)
class SharedAbstract:
    """A field with an abstract type that several subgraphs resolve; their runtime types must match."""

    type: str
    field: str
    targets: Nodes
    step: Step


@dataclass(frozen=True, slots=True)
class SharedMutation:
    """A field of the mutation root that several subgraphs resolve; it is called in one of them only.

    `attempts` holds the state after the call, by subgraph (`join__Graph` value).
    """

    field: str
    attempts: dict[str, State]
    step: Step


@dataclass(slots=True)
class Findings:
    """The findings of a walk, each coordinate once, by the shortest path to it.

    `mutations` holds, for each shared mutation that no subgraph can resolve alone, the findings from each subgraph.
    """

    dead_ends: dict[tuple[str, str | None], DeadEnd] = field(default_factory=dict)
    shared: dict[tuple[str, str, Nodes], SharedAbstract] = field(default_factory=dict)
    mutations: dict[str, dict[str, Findings]] = field(default_factory=dict)


class Walk:
    """A breadth-first walk, so that the first finding has the shortest operation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.findings = Findings()
        self._reaches: dict[Labels, Reach] = {}
        self._visited: dict[str, list[Visit]] = {}
        self._queue: deque[tuple[State, Step]] = deque()
        self._shared_mutations: list[SharedMutation] = []

    def run(self) -> Findings:
        """Walk from every root."""
        for root in self.world.roots:
            starts = frozenset(Node(join.graph, root) for join in self.world.supergraph.types[root].joins)
            contexts = self._contexts(frozenset(), starts, root)
            self._visit(State(root, starts, contexts=contexts), Step(None, type=root))
        self._go_on()
        for mutation in self._shared_mutations:
            self._try_each(mutation)
        return self.findings

    def reach(self, labels: Labels) -> Reach:
        """The reach under a choice of labels."""
        found = self._reaches.get(labels)
        if found is None:
            found = self._reaches[labels] = Reach(self.world, labels)
        return found

    def _go_on(self) -> None:
        while self._queue:
            self._leave(*self._queue.popleft())

    def _try_each(self, mutation: SharedMutation) -> None:
        """Find a subgraph that resolves the whole selection of the mutation when only that one is called."""
        failed: dict[str, Findings] = {}
        for graph, state in mutation.attempts.items():
            attempt = Walk(self.world)
            attempt._reaches = self._reaches
            if not self.findings.dead_ends:  # states visited without findings are not visited again
                attempt._visited = {type_: list(states) for type_, states in self._visited.items()}
            attempt._visit(state, mutation.step)
            attempt._go_on()
            if not attempt.findings.dead_ends:
                self.findings.shared.update(attempt.findings.shared)
                return
            failed[graph] = attempt.findings
        self.findings.mutations.setdefault(mutation.field, failed)

    def _visit(self, state: State, step: Step) -> None:
        visits = self._visited.setdefault(state.type, [])
        visit = Visit(self._places(state), state.labels, state.contexts)
        if not any(earlier.covers(visit) for earlier in visits):
            visits.append(visit)
            self._queue.append((state, step))

    def _places(self, state: State) -> frozenset[Node | Origin]:
        if state.type in self.world.runtime_types:
            return state.nodes
        reach = self.reach(state.labels)
        return frozenset(reach.origin(node, state.type) for node in state.nodes)

    def _leave(self, state: State, step: Step) -> None:
        if state.type in self.world.runtime_types:
            for type_ in self.world.runtime_types[state.type]:
                self._narrow(state, type_, step)
            return
        moves = self.reach(state.labels).moves(state.nodes, state.type)
        for name in self.world.fields[state.type]:
            label = self.world.labels.get((state.type, name))
            if label is None or label in dict(state.labels):
                self._take(state, name, moves.get(name, frozenset()), step)
                continue
            self._decide(state, label, name, step)

    def _decide(self, state: State, label: str, name: str, step: Step) -> None:
        """Take a field with the label active, and with the label inactive."""
        for value in (True, False):
            decided = replace(state, labels=state.labels | {(label, value)})
            moves = self.reach(decided.labels).moves(state.nodes, state.type)
            self._take(decided, name, moves.get(name, frozenset()), step)

    def _narrow(self, state: State, type_: str, step: Step) -> None:
        narrowed: set[Node] = set()
        for node in state.nodes:
            found = self._narrow_node(state, node, type_)
            if found is None:
                return  # this subgraph never returns that type here; the nodes are equivalent, so none does
            narrowed |= found
        here = Step(step, type=type_)
        if narrowed:
            contexts = self._contexts(state.contexts, frozenset(narrowed), state.type, type_)
            self._visit(State(type_, frozenset(narrowed), state.labels, contexts), here)
        else:
            self.findings.dead_ends.setdefault((type_, None), DeadEnd(state, type_, None, here))

    def _narrow_node(self, state: State, node: Node, type_: str) -> set[Node] | None:
        """The node narrowed to `type_`; nothing if the type is unknown there; None if it is never that type."""
        graph = self.world.graph
        if graph.is_interface_object(node):
            reach = self.reach(state.labels)
            known = any(reach.is_real(reached, type_) for reached in reach.nodes(node, type_))
            return {node} if known else set()
        return {graph.cast(node, type_)} if type_ in graph.runtime_types(node) else None

    def _take(self, state: State, name: str, moves: frozenset[Move], step: Step) -> None:
        here = Step(step, field=name)
        moves = frozenset(move for move in moves if not move.contexts or self._can_fill(state, move.contexts))
        if not moves:
            undecided = self.world.required_labels(state.type, name) - dict(state.labels).keys()
            if undecided:
                self._decide(state, min(undecided), name, step)
                return
            self.findings.dead_ends.setdefault((state.type, name), DeadEnd(state, state.type, name, here))
            return
        targets = frozenset(move.target for move in moves if move.target != LEAF)
        if not targets:
            return
        type_ = self._type_of(state.type, name)
        if type_ in self.world.runtime_types and len({target.graph for target in targets}) > 1:
            key = (state.type, name, targets)
            self.findings.shared.setdefault(key, SharedAbstract(state.type, name, targets, here))
        after = State(type_, targets, state.labels, self._contexts(state.contexts, targets, type_))
        graphs = sorted({target.graph for target in targets})
        if step.before is None and state.type == self.world.supergraph.mutation and len(graphs) > 1:
            alone = {graph: frozenset(target for target in targets if target.graph == graph) for graph in graphs}
            attempts = {graph: replace(after, nodes=nodes) for graph, nodes in alone.items()}
            self._shared_mutations.append(SharedMutation(name, attempts, here))
        else:
            self._visit(after, here)

    def _type_of(self, type_: str, name: str) -> str:
        definition = self.world.supergraph.types[type_]
        assert isinstance(definition, ObjectType)
        return named_type(definition.fields[name].type)

    def _contexts(self, contexts: Contexts, nodes: Nodes, *types: str) -> Contexts:
        """The contexts that are set after an operation has reached the types; the nearest setting wins."""
        set_here = {name: Setting(type_, nodes) for type_ in types for name in self.world.contexts.get(type_, ())}
        return frozenset({**dict(contexts), **set_here}.items()) if set_here else contexts

    def _can_fill(self, state: State, arguments: tuple[ContextArgument, ...]) -> bool:
        contexts = dict(state.contexts)
        reach = self.reach(state.labels)
        for argument in arguments:
            setting = contexts.get(argument.context)
            if setting is None or not reach.can_collect(parse_context_picks(argument.selection), setting.nodes):
                return False
        return True
