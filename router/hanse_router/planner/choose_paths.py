"""Choose the path to each field, and build the fetch graph of the chosen paths.

Fields with one path go first. The best of several paths adds the fewest levels (fetches one after another), then the
fewest fetches, then ends in the earliest fetch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

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
from hanse_schema.query_graph import Node, parse_context_picks
from hanse_schema.supergraph.model import ContextArgument

Cost = tuple[int, int]  # the number of fetches to add, and the level at which the option is available


_UNKNOWN: tuple[int, Cost] = (-1, (0, 0))


class FetchGraphBuilder:
    """Places leaves into a fetch graph, one after another.

    `chosen` are the subgraphs that were chosen for something new where there were others.
    """

    def __init__(self, finder: PathFinder, kind: OperationKind, avoided: frozenset[str] = frozenset()) -> None:
        """`avoided` are the subgraphs that are not chosen where there are others."""
        self._finder = finder
        self._budget = finder.budget
        self._kind = kind
        self._avoided = avoided
        self.fetches = FetchGraph()
        self.chosen: set[str] = set()
        self._roots: dict[str, FetchNode] = {}
        self._version = 0
        self._depth = 0
        self._floor = 0
        self._before: tuple[FetchNode, ...] = ()
        self._conditions: AnyOf = ALWAYS  # of the leaf being placed
        self._in_use: dict[Option, SelectedObject] = {}
        self._costs: dict[Option, tuple[int, Cost]] = {}  # with the version of the fetch graph for which it is known
        self._entered: defaultdict[Position, list[FetchNode]] = defaultdict(list)

    def place_all(self, leaves: Iterable[Leaf]) -> None:
        """Place the leaves of an operation."""
        for leaf in sorted(leaves, key=_urgency):
            self._place(leaf)

    def wait_for_all(self) -> None:
        """Let root fetches added from now on depend on all fetches so far (mutations run in series)."""
        self._roots = {}
        self._before = tuple(self.fetches.fetch_nodes)
        self._floor = self.fetches.depth()
        self._version += 1

    # -- leaves --------------------------------------------------------------------------------------------------------

    def _place(self, leaf: Leaf) -> None:
        candidate = self._choose(leaf.candidates, self._field_rank)
        self._conditions = leaf.position.conditions if leaf.field is None else leaf.field.conditions
        selected, field = self._put(leaf, candidate)
        selected.want(field, self._conditions)

    def _choose(self, candidates: list[Candidate], rank: Callable[[Candidate], tuple[int, ...]]) -> Candidate:
        """The best candidate, in a subgraph that is not avoided if there is one."""
        if len(candidates) == 1:
            return candidates[0]
        welcome = candidates
        if self._avoided:
            welcome = [one for one in candidates if one.option.node.graph not in self._avoided] or candidates
        best = min(welcome, key=rank)
        if best.option not in self._in_use and len({one.option.node.graph for one in candidates}) > 1:
            self.chosen.add(best.option.node.graph)
        return best

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

    def _place_input(self, needed: RequiredInput, level: int) -> list[tuple[SelectedObject, SelectedField | None]]:
        """Place the fields of a representation at options that are available before `level`."""
        placed: list[tuple[SelectedObject, SelectedField | None]] = []
        for leaf in needed.leaves:
            earlier = self._earlier(leaf, level)
            if not earlier:
                raise PlanError(f"A field that a representation of {leaf.position.type} needs is not available before.")
            selected, field = self._put(leaf, self._choose(earlier, self._input_rank))
            selected.want(field, self._conditions)
            placed.append((selected, field))
        return placed

    def _earlier(self, leaf: Leaf, level: int) -> list[Candidate]:
        """The candidates that are in use, or available before a level."""
        self._budget.spend(len(leaf.candidates))
        return [one for one in leaf.candidates if one.option in self._in_use or one.option.level < level]

    # -- the cost of an option -----------------------------------------------------------------------------------------

    def _cost(self, option: Option) -> Cost:
        selected = self._in_use.get(option)
        if selected is not None:
            return (0, selected.fetch_node.level)
        version, cost = self._costs.get(option, _UNKNOWN)
        if version != self._version:
            self._budget.spend(len(option.arrivals))
            cost = min(self._arrival_cost(option, arrival) for arrival in self._arrivals(option))
            self._costs[option] = self._version, cost
        return cost

    def _arrivals(self, option: Option) -> list[Arrival]:
        """The arrivals to choose from: late ones only at what is fetched anyway."""
        return [*option.arrivals, *(late for late in option.late if late.option in self._in_use)]

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
        for needed in (*self._required_inputs(option, arrival), *self._context_inputs(option, arrival).values()):
            for leaf in needed.leaves:
                earlier = self._earlier(leaf, option.level)
                input_level, input_fetches = min(self._input_rank(c) for c in earlier) if earlier else (option.level, 1)
                fetches += input_fetches
                level = max(level, input_level + 1)
        return (fetches, level)

    def _adoptable(self, option: Option) -> FetchNode | None:
        """A fetch that already enters the subgraph of the option at its position."""
        self._budget.spend(len(self._entered[option.position]))
        fetch_nodes = [
            fetch_node for fetch_node in self._entered[option.position] if fetch_node.root.node == option.node
        ]
        return min(fetch_nodes, key=lambda fetch_node: fetch_node.level, default=None)

    # -- using an option -----------------------------------------------------------------------------------------------

    def _selected(self, option: Option) -> SelectedObject:
        self._budget.spend()
        selected = self._in_use.get(option)
        if selected is None:
            arrival, *others = arrivals = self._arrivals(option)
            if others:
                arrival = min(arrivals, key=lambda one: self._arrival_cost(option, one))
            selected = self._in_use[option] = self._take(option, arrival)
            self._version += 1
        return selected

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
        # A fetch that would have to wait gets a node of its own; passes merge nodes later, when all are known.
        if not arrival.requires and not arrival.contexts:
            adopted = self._adoptable(option)
            if adopted is not None and adopted.level <= self._entry_cost(option, arrival)[1]:
                return adopted
        inputs = self._required_inputs(option, arrival)
        contexts = self._context_inputs(option, arrival)
        sources = [
            placed for needed in (*inputs, *contexts.values()) for placed in self._place_input(needed, option.level)
        ]
        before = {selected.fetch_node for selected, _ in sources}
        level = max(fetch_node.level for fetch_node in before)
        for fetch_node in self._entered[option.position]:
            fits = all(fetch_node.accepts(needed.required) for needed in inputs)
            if fetch_node.root.node == option.node and fetch_node.level == level + 1 and fits:
                break
        else:
            fetch_node = self._new_fetch_node(option, OperationKind.QUERY, before)
            self._set_type(fetch_node, option, arrival)
            self._entered[option.position].append(fetch_node)
        key, *others = inputs
        fetch_node.enter_by(key.required)
        for needed in others:
            fetch_node.require(needed.required)
        for argument, needed in contexts.items():
            above = self._finder.context_above(option.position, argument)
            assert above is not None
            fetch_node.take_context(argument, len(above.object_path), needed.required, self._finder.context_stem)
        fetch_node.depends_on |= before
        fetch_node.feed_from(sources)
        return fetch_node

    def _required_inputs(self, option: Option, arrival: KeyArrival) -> list[RequiredInput]:
        typename = self._sends_own_type(option, arrival)
        inputs = [self._finder.required_input(option.position, arrival.entry.key, typename)]
        if arrival.requires:
            inputs.append(self._finder.required_input(option.position, arrival.requires))
        return inputs

    def _context_inputs(self, option: Option, arrival: KeyArrival) -> dict[ContextArgument, RequiredInput]:
        inputs: dict[ContextArgument, RequiredInput] = {}
        for argument in arrival.contexts:
            above = self._finder.context_above(option.position, argument)
            assert above is not None  # otherwise there is no such option
            inputs[argument] = self._finder.required_input(above, parse_context_picks(argument.selection))
        return inputs

    def _sends_own_type(self, option: Option, arrival: KeyArrival) -> bool:
        """Whether representations have the object type that an earlier subgraph returned."""
        if not option.position.abstract or arrival.entry.to_interface_object:
            return False
        knows = self._finder.view.knows_type
        return any(s.level < option.level and knows(s.node) for s in option.position.options.values())

    def _set_type(self, fetch_node: FetchNode, option: Option, arrival: KeyArrival) -> None:
        fetch_node.is_entity = not arrival.entry.is_root
        if not fetch_node.is_entity or self._sends_own_type(option, arrival):
            return
        fetch_node.typename = option.node.type
        fetch_node.recovers_type = option.position.abstract and not arrival.entry.to_interface_object

    def _new_fetch_node(self, option: Option, kind: OperationKind, before: set[FetchNode]) -> FetchNode:
        level = max((fetch_node.level for fetch_node in before), default=self._floor) + 1
        fetch_node = FetchNode(
            len(self.fetches.fetch_nodes), option.node.graph, kind, level, option.position, depends_on=before
        )
        fetch_node.root = self._new_selected(fetch_node, option.position, option.node)
        self.fetches.fetch_nodes.append(fetch_node)
        self._finder.fetch_nodes.append(fetch_node)
        self._depth = max(self._depth, level)
        return fetch_node

    def _new_selected(self, fetch_node: FetchNode, position: Position, node: Node) -> SelectedObject:
        graph = self._finder.view.graph
        return SelectedObject(fetch_node, position, node, graph.is_object(node), not graph.is_interface_object(node))


def _urgency(leaf: Leaf) -> tuple[bool, int, int]:
    """The sort key: leaves with requirements first, the latest of them first; then those with the fewest paths."""
    candidates = leaf.candidates
    requiring = all(isinstance(w, KeyArrival) and bool(w.requires) for c in candidates for w in c.option.arrivals[:1])
    earliest = min((candidate.option.level for candidate in candidates), default=0)
    # Options in a subgraph that is entered anyway come before those that need a fetch of their own.
    at_hand = [candidate for candidate in candidates if not candidate.option.is_entry]
    choices = sum(count_paths(candidate.option) for candidate in at_hand or candidates)
    return (False, -earliest, 0) if requiring else (True, choices, earliest)
