"""Choose where each field is had from, and build the fetch graph of the choices.

Fields that can be had in one way only go first; where there is a choice, what is fetched anyway is taken. The order of
what counts: no more levels of waiting, then no more fetches, then the earliest fetch.
"""

from __future__ import annotations

from collections.abc import Iterable

from hanse_router.operation_kind import OperationKind
from hanse_router.planner.conditions import ALWAYS, AnyOf
from hanse_router.planner.fetch_graph import FetchGraph, Slot, SlotField, Step
from hanse_router.planner.query_tree import (
    Candidate,
    CastWay,
    FieldWay,
    KeyWay,
    Need,
    Position,
    RootWay,
    Site,
    Task,
    Way,
    forks,
)
from hanse_router.planner.walk import Walk
from hanse_router.query_plan import PlanError
from hanse_schema.query_graph import Node, parse_picks
from hanse_schema.supergraph.model import ContextArgument

Cost = tuple[int, int]  # fetches still to be made, and the level at which the site is there


class Placer:
    """Places tasks into a fetch graph, one after another."""

    def __init__(self, walk: Walk, kind: OperationKind, fetches: FetchGraph) -> None:
        self._walk = walk
        self._kind = kind
        self._fetches = fetches
        self._roots: dict[str, Step] = {}
        self._version = 0
        self._depth = 0
        self._floor = 0
        self._before: tuple[Step, ...] = ()
        self._conditions: AnyOf = ALWAYS  # of the task being placed

    def place_all(self, tasks: Iterable[Task]) -> None:
        """Place the leaves of an operation."""
        for task in sorted(tasks, key=_urgency):
            self._place(task)

    def wait_for_all(self) -> None:
        """Let root fetches made from now on wait for every fetch made so far (mutations run in series)."""
        self._roots = {}
        self._before = tuple(self._fetches.steps)
        self._floor = self._fetches.depth()
        self._version += 1

    # -- tasks ---------------------------------------------------------------------------------------------------------

    def _place(self, task: Task) -> None:
        candidate = min(task.candidates, key=self._client_rank) if len(task.candidates) > 1 else task.candidates[0]
        self._conditions = task.position.conditions if task.field is None else task.field.conditions
        slot, field = self._put(task, candidate)
        slot.want(field, self._conditions)

    def _client_rank(self, candidate: Candidate) -> tuple[int, int, int]:
        fetches, level = self._cost(candidate.site)
        return (max(self._depth, level), fetches, level)

    def _need_rank(self, candidate: Candidate) -> tuple[int, int]:
        fetches, level = self._cost(candidate.site)
        return (level, fetches)

    def _put(self, task: Task, candidate: Candidate) -> tuple[Slot, SlotField | None]:
        slot = self._slot(candidate.site)
        if task.field is None:
            return slot, None
        return slot, slot.select(task.field, candidate.edge)

    def _place_need(self, need: Need, level: int) -> list[tuple[Slot, SlotField | None]]:
        """Place what a representation needs, at sites that are earlier than the entry."""
        placed: list[tuple[Slot, SlotField | None]] = []
        for task in need.tasks:
            earlier = [c for c in task.candidates if c.site.slot is not None or c.site.level < level]
            if not earlier:
                raise PlanError(f"What {task.position.type} needs to be fetched from a subgraph is not there before.")
            slot, field = self._put(task, min(earlier, key=self._need_rank))
            slot.want(field, self._conditions)
            placed.append((slot, field))
        return placed

    # -- what a site costs ---------------------------------------------------------------------------------------------

    def _cost(self, site: Site) -> Cost:
        if site.slot is not None:
            return (0, site.slot.step.level)
        if site.cost_as_of != self._version:
            site.cost = min(self._way_cost(site, way) for way in site.ways)
            site.cost_as_of = self._version
        return site.cost

    def _way_cost(self, site: Site, way: Way) -> Cost:
        match way:
            case RootWay():
                return (0 if site.node.graph in self._roots else 1, self._floor + 1)
            case FieldWay() | CastWay():
                return self._cost(way.site)
            case KeyWay():
                if not way.requires and not way.contexts:
                    adopted = self._adoptable(site)
                    if adopted is not None:
                        return (0, self._entry_cost(site, way)[1])
                return self._entry_cost(site, way)

    def _entry_cost(self, site: Site, way: KeyWay) -> Cost:
        fetches, level = 1, self._floor + 1
        for need in (*self._needs(site, way), *self._context_needs(site, way).values()):
            for task in need.tasks:
                earlier = [c for c in task.candidates if c.site.slot is not None or c.site.level < site.level]
                need_level, need_fetches = min(self._need_rank(c) for c in earlier) if earlier else (site.level, 1)
                fetches += need_fetches
                level = max(level, need_level + 1)
        return (fetches, level)

    def _adoptable(self, site: Site) -> Step | None:
        """A fetch that enters the site's subgraph there already, for the sake of something else."""
        steps = [step for step in site.position.steps if step.root.node == site.node and not step.contexts]
        return min(steps, key=lambda step: step.level, default=None)

    # -- taking a site into use ----------------------------------------------------------------------------------------

    def _slot(self, site: Site) -> Slot:
        if site.slot is None:
            ways = site.ways
            way = min(ways, key=lambda way: self._way_cost(site, way)) if len(ways) > 1 else ways[0]
            site.slot = self._take(site, way)
            self._version += 1
        return site.slot

    def _take(self, site: Site, way: Way) -> Slot:
        match way:
            case RootWay():
                return self._root(site).root
            case FieldWay():
                above = self._slot(way.site)
                return above.below(way.field, way.edge, self._new_slot(above.step, site.position, site.node))
            case CastWay():
                base = self._slot(way.site)
                if base.is_object:
                    return base
                cast = base.casts.get(site.node.type)
                if cast is None:
                    cast = base.casts[site.node.type] = self._new_slot(base.step, site.position, site.node)
                    cast.above = base
                return cast
            case KeyWay():
                return self._enter(site, way).root

    def _root(self, site: Site) -> Step:
        graph = site.node.graph
        step = self._roots.get(graph)
        if step is None:
            step = self._roots[graph] = self._new_step(site, self._kind, set(self._before))
        return step

    def _enter(self, site: Site, way: KeyWay) -> Step:
        # What would have to wait goes by itself: whether it can, and so be sent together, is known only at the end.
        if not way.requires and not way.contexts:
            adopted = self._adoptable(site)
            if adopted is not None and adopted.level <= self._entry_cost(site, way)[1]:
                return adopted
        needs = self._needs(site, way)
        contexts = self._context_needs(site, way)
        sources = [p for need in (*needs, *contexts.values()) for p in self._place_need(need, site.level)]
        before = {slot.step for slot, _ in sources}
        level = max(step.level for step in before)
        for step in site.position.steps:
            fits = not contexts and not step.contexts and all(step.accepts(need.required) for need in needs)
            if step.root.node == site.node and step.level == level + 1 and fits:
                break
        else:
            step = self._new_step(site, OperationKind.QUERY, before)
            self._set_type(step, site, way)
            site.position.steps.append(step)
        key, *others = needs
        step.enter_by(key.required)
        for need in others:
            step.require(need.required)
        for argument, need in contexts.items():
            above = self._walk.context_above(site.position, argument)
            assert above is not None
            step.take_context(argument, len(above.path_to_object), need.required)
        step.depends_on |= before
        step.feed_from(sources)
        return step

    def _needs(self, site: Site, way: KeyWay) -> list[Need]:
        typename = self._sends_own_type(site, way)
        needs = [self._walk.need(site.position, way.entry.key, typename)]
        if way.requires:
            needs.append(self._walk.need(site.position, way.requires))
        return needs

    def _context_needs(self, site: Site, way: KeyWay) -> dict[ContextArgument, Need]:
        needs: dict[ContextArgument, Need] = {}
        for argument in way.contexts:
            above = self._walk.context_above(site.position, argument)
            assert above is not None  # else the site had not been found
            needs[argument] = self._walk.need(above, parse_picks(argument.selection))
        return needs

    def _sends_own_type(self, site: Site, way: KeyWay) -> bool:
        """Whether representations carry the type that another subgraph told: for an interface that is one there too."""
        if not site.position.abstract or way.entry.to_interface_object:
            return False
        knows = self._walk.terrain.knows_type
        return any(s.level < site.level and knows(s.node) for s in site.position.sites.values())

    def _set_type(self, step: Step, site: Site, way: KeyWay) -> None:
        step.is_entity = bool(way.entry.key)
        if not step.is_entity or self._sends_own_type(site, way):
            return
        step.typename = site.node.type
        step.recovers_type = site.position.abstract and not way.entry.to_interface_object

    def _new_step(self, site: Site, kind: OperationKind, before: set[Step]) -> Step:
        level = max((step.level for step in before), default=self._floor) + 1
        step = Step(len(self._fetches.steps), site.node.graph, kind, level, site.position, depends_on=before)
        step.root = self._new_slot(step, site.position, site.node)
        self._fetches.steps.append(step)
        self._depth = max(self._depth, level)
        return step

    def _new_slot(self, step: Step, position: Position, node: Node) -> Slot:
        graph = self._walk.terrain.graph
        return Slot(step, position, node, graph.is_object(node), not graph.is_interface_object(node))


def _urgency(task: Task) -> tuple[bool, int, int]:
    """Fields with requirements first (the latest before others), then those with the fewest ways."""
    candidates = task.candidates
    requiring = all(isinstance(w, KeyWay) and bool(w.requires) for c in candidates for w in c.site.ways[:1])
    earliest = min((candidate.site.level for candidate in candidates), default=0)
    # Where it need not be fetched again, nobody would.
    at_hand = [candidate for candidate in candidates if not candidate.site.is_entry]
    choices = sum(forks(candidate.site) for candidate in at_hand or candidates)
    return (False, -earliest, 0) if requiring else (True, choices, earliest)
