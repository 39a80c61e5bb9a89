"""Choose where each field is had from, and build the fetch graph of the choices.

Fields that can be had in one way only go first; where there is a choice, what is fetched anyway is taken. The order of
what counts: no more levels of waiting, then no more fetches, then the earliest fetch.
"""

from __future__ import annotations

from collections.abc import Iterable

from hanse_router.operation_kind import OperationKind
from hanse_router.planner.conditions import ALWAYS, AnyOf
from hanse_router.planner.fetch_graph import FetchGraph, FetchNode, SelectedField, SelectedObject
from hanse_router.planner.find_paths import PathFinder
from hanse_router.planner.query_tree import (
    Arrival,
    Candidate,
    CastArrival,
    FieldArrival,
    KeyArrival,
    Leaf,
    Option,
    Position,
    RequiredInput,
    RootArrival,
    count_paths,
)
from hanse_router.query_plan import PlanError
from hanse_schema.query_graph import Node, parse_picks
from hanse_schema.supergraph.model import ContextArgument

Cost = tuple[int, int]  # fetches still to be made, and the level at which the site is there


class FetchGraphBuilder:
    """Places tasks into a fetch graph, one after another."""

    def __init__(self, finder: PathFinder, kind: OperationKind, fetches: FetchGraph) -> None:
        self._finder = finder
        self._kind = kind
        self._fetches = fetches
        self._roots: dict[str, FetchNode] = {}
        self._version = 0
        self._depth = 0
        self._floor = 0
        self._before: tuple[FetchNode, ...] = ()
        self._conditions: AnyOf = ALWAYS  # of the task being placed

    def place_all(self, leaves: Iterable[Leaf]) -> None:
        """Place the leaves of an operation."""
        for leaf in sorted(leaves, key=_urgency):
            self._place(leaf)

    def wait_for_all(self) -> None:
        """Let root fetches made from now on wait for every fetch made so far (mutations run in series)."""
        self._roots = {}
        self._before = tuple(self._fetches.fetch_nodes)
        self._floor = self._fetches.depth()
        self._version += 1

    # -- tasks ---------------------------------------------------------------------------------------------------------

    def _place(self, leaf: Leaf) -> None:
        candidate = min(leaf.candidates, key=self._field_rank) if len(leaf.candidates) > 1 else leaf.candidates[0]
        self._conditions = leaf.position.conditions if leaf.field is None else leaf.field.conditions
        selected, field = self._put(leaf, candidate)
        selected.want(field, self._conditions)

    def _field_rank(self, candidate: Candidate) -> tuple[int, int, int]:
        fetches, level = self._cost(candidate.option)
        return (max(self._depth, level), fetches, level)

    def _input_rank(self, candidate: Candidate) -> tuple[int, int]:
        fetches, level = self._cost(candidate.option)
        return (level, fetches)

    def _put(self, leaf: Leaf, candidate: Candidate) -> tuple[SelectedObject, SelectedField | None]:
        selected = self._selected(candidate.option)
        if leaf.field is None:
            return selected, None
        return selected, selected.select(leaf.field, candidate.edge)

    def _place_input(
        self, required_input: RequiredInput, level: int
    ) -> list[tuple[SelectedObject, SelectedField | None]]:
        """Place what a representation needs, at sites that are earlier than the entry."""
        placed: list[tuple[SelectedObject, SelectedField | None]] = []
        for leaf in required_input.leaves:
            earlier = [c for c in leaf.candidates if c.option.selected is not None or c.option.level < level]
            if not earlier:
                raise PlanError(f"What {leaf.position.type} needs to be fetched from a subgraph is not there before.")
            selected, field = self._put(leaf, min(earlier, key=self._input_rank))
            selected.want(field, self._conditions)
            placed.append((selected, field))
        return placed

    # -- what a site costs ---------------------------------------------------------------------------------------------

    def _cost(self, option: Option) -> Cost:
        if option.selected is not None:
            return (0, option.selected.fetch_node.level)
        if option.cost_as_of != self._version:
            option.cost = min(self._arrival_cost(option, arrival) for arrival in option.arrivals)
            option.cost_as_of = self._version
        return option.cost

    def _arrival_cost(self, option: Option, arrival: Arrival) -> Cost:
        match arrival:
            case RootArrival():
                return (0 if option.node.graph in self._roots else 1, self._floor + 1)
            case FieldArrival() | CastArrival():
                return self._cost(arrival.option)
            case KeyArrival():
                if not arrival.requires and not arrival.contexts:
                    adopted = self._adoptable(option)
                    if adopted is not None:
                        return (0, self._entry_cost(option, arrival)[1])
                return self._entry_cost(option, arrival)

    def _entry_cost(self, option: Option, arrival: KeyArrival) -> Cost:
        fetches, level = 1, self._floor + 1
        for required_input in (
            *self._required_inputs(option, arrival),
            *self._context_inputs(option, arrival).values(),
        ):
            for leaf in required_input.leaves:
                earlier = [c for c in leaf.candidates if c.option.selected is not None or c.option.level < option.level]
                input_level, input_fetches = min(self._input_rank(c) for c in earlier) if earlier else (option.level, 1)
                fetches += input_fetches
                level = max(level, input_level + 1)
        return (fetches, level)

    def _adoptable(self, option: Option) -> FetchNode | None:
        """A fetch that enters the site's subgraph there already, for the sake of something else."""
        fetch_nodes = [
            fetch_node
            for fetch_node in option.position.fetch_nodes
            if fetch_node.root.node == option.node and not fetch_node.contexts
        ]
        return min(fetch_nodes, key=lambda fetch_node: fetch_node.level, default=None)

    # -- taking a site into use ----------------------------------------------------------------------------------------

    def _selected(self, option: Option) -> SelectedObject:
        if option.selected is None:
            arrivals = option.arrivals
            arrival = (
                min(arrivals, key=lambda arrival: self._arrival_cost(option, arrival))
                if len(arrivals) > 1
                else arrivals[0]
            )
            option.selected = self._take(option, arrival)
            self._version += 1
        return option.selected

    def _take(self, option: Option, arrival: Arrival) -> SelectedObject:
        match arrival:
            case RootArrival():
                return self._root(option).root
            case FieldArrival():
                above = self._selected(arrival.option)
                return above.below(
                    arrival.field, arrival.edge, self._new_selected(above.fetch_node, option.position, option.node)
                )
            case CastArrival():
                base = self._selected(arrival.option)
                if base.is_object:
                    return base
                cast = base.casts.get(option.node.type)
                if cast is None:
                    cast = base.casts[option.node.type] = self._new_selected(
                        base.fetch_node, option.position, option.node
                    )
                    cast.above = base
                return cast
            case KeyArrival():
                return self._enter(option, arrival).root

    def _root(self, option: Option) -> FetchNode:
        graph = option.node.graph
        fetch_node = self._roots.get(graph)
        if fetch_node is None:
            fetch_node = self._roots[graph] = self._new_fetch_node(option, self._kind, set(self._before))
        return fetch_node

    def _enter(self, option: Option, arrival: KeyArrival) -> FetchNode:
        # What would have to wait goes by itself: whether it can, and so be sent together, is known only at the end.
        if not arrival.requires and not arrival.contexts:
            adopted = self._adoptable(option)
            if adopted is not None and adopted.level <= self._entry_cost(option, arrival)[1]:
                return adopted
        required_inputs = self._required_inputs(option, arrival)
        contexts = self._context_inputs(option, arrival)
        sources = [
            p
            for required_input in (*required_inputs, *contexts.values())
            for p in self._place_input(required_input, option.level)
        ]
        before = {selected.fetch_node for selected, _ in sources}
        level = max(fetch_node.level for fetch_node in before)
        for fetch_node in option.position.fetch_nodes:
            fits = (
                not contexts
                and not fetch_node.contexts
                and all(fetch_node.accepts(required_input.required) for required_input in required_inputs)
            )
            if fetch_node.root.node == option.node and fetch_node.level == level + 1 and fits:
                break
        else:
            fetch_node = self._new_fetch_node(option, OperationKind.QUERY, before)
            self._set_type(fetch_node, option, arrival)
            option.position.fetch_nodes.append(fetch_node)
        key, *others = required_inputs
        fetch_node.enter_by(key.required)
        for required_input in others:
            fetch_node.require(required_input.required)
        for argument, required_input in contexts.items():
            above = self._finder.context_above(option.position, argument)
            assert above is not None
            fetch_node.take_context(argument, len(above.object_path), required_input.required)
        fetch_node.depends_on |= before
        fetch_node.feed_from(sources)
        return fetch_node

    def _required_inputs(self, option: Option, arrival: KeyArrival) -> list[RequiredInput]:
        typename = self._sends_own_type(option, arrival)
        required_inputs = [self._finder.required_input(option.position, arrival.entry.key, typename)]
        if arrival.requires:
            required_inputs.append(self._finder.required_input(option.position, arrival.requires))
        return required_inputs

    def _context_inputs(self, option: Option, arrival: KeyArrival) -> dict[ContextArgument, RequiredInput]:
        required_inputs: dict[ContextArgument, RequiredInput] = {}
        for argument in arrival.contexts:
            above = self._finder.context_above(option.position, argument)
            assert above is not None  # else the site had not been found
            required_inputs[argument] = self._finder.required_input(above, parse_picks(argument.selection))
        return required_inputs

    def _sends_own_type(self, option: Option, arrival: KeyArrival) -> bool:
        """Whether representations carry the type that another subgraph told: for an interface that is one there too."""
        if not option.position.abstract or arrival.entry.to_interface_object:
            return False
        knows = self._finder.view.knows_type
        return any(s.level < option.level and knows(s.node) for s in option.position.options.values())

    def _set_type(self, fetch_node: FetchNode, option: Option, arrival: KeyArrival) -> None:
        fetch_node.is_entity = bool(arrival.entry.key)
        if not fetch_node.is_entity or self._sends_own_type(option, arrival):
            return
        fetch_node.typename = option.node.type
        fetch_node.recovers_type = option.position.abstract and not arrival.entry.to_interface_object

    def _new_fetch_node(self, option: Option, kind: OperationKind, before: set[FetchNode]) -> FetchNode:
        level = max((fetch_node.level for fetch_node in before), default=self._floor) + 1
        fetch_node = FetchNode(
            len(self._fetches.fetch_nodes), option.node.graph, kind, level, option.position, depends_on=before
        )
        fetch_node.root = self._new_selected(fetch_node, option.position, option.node)
        self._fetches.fetch_nodes.append(fetch_node)
        self._depth = max(self._depth, level)
        return fetch_node

    def _new_selected(self, fetch_node: FetchNode, position: Position, node: Node) -> SelectedObject:
        graph = self._finder.view.graph
        return SelectedObject(fetch_node, position, node, graph.is_object(node), not graph.is_interface_object(node))


def _urgency(leaf: Leaf) -> tuple[bool, int, int]:
    """Fields with requirements first (the latest before others), then those with the fewest ways."""
    candidates = leaf.candidates
    requiring = all(isinstance(w, KeyArrival) and bool(w.requires) for c in candidates for w in c.option.arrivals[:1])
    earliest = min((candidate.option.level for candidate in candidates), default=0)
    # Where it need not be fetched again, nobody would.
    at_hand = [candidate for candidate in candidates if not candidate.option.is_entry]
    choices = sum(count_paths(candidate.option) for candidate in at_hand or candidates)
    return (False, -earliest, 0) if requiring else (True, choices, earliest)
