"""Walk the query graph along an operation: where each object may be, how early, and which sites resolve each field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanse_router.planner.fetch_graph import merge_required
from hanse_router.planner.hidden import HiddenSelections
from hanse_router.planner.merged import MergedField, MergedSelections, TypeSelections
from hanse_router.planner.query_tree import (
    Candidate,
    CastWay,
    FieldWay,
    KeyWay,
    Need,
    Position,
    Site,
    Task,
    objects_above,
)
from hanse_router.planner.terrain import Terrain
from hanse_router.query_plan import PlanError
from hanse_schema.query_graph import Entry, FieldEdge, FieldPick, Node, Picks, parse_picks
from hanse_schema.supergraph.model import ContextArgument
from hanse_schema.type_ref import named_type

Found = tuple[FieldEdge, int]


class NoWayError(PlanError):
    """A field cannot be had from any place where its object may be."""


class Walk:
    """One walk along one operation. It decides nothing: it finds all that could be done."""

    def __init__(self, terrain: Terrain) -> None:
        self.terrain = terrain
        self._closures: dict[tuple[str, frozenset[tuple[Node, int]]], list[tuple[Node, int, list[Entry]]]] = {}
        self._open: set[tuple[int, Node, str]] = set()
        self._resolved: dict[tuple[Node, MergedField], bool] = {}

    # -- what is asked -------------------------------------------------------------------------------------------------

    def expand(self, position: Position, selections: MergedSelections) -> list[Task]:
        """The leaves to be placed for all that is asked at a position. Raises NoWayError."""
        tasks: list[Task] = []
        for field in selections.common:
            tasks += self._expand_field(position, field)
        for part in selections.by_type:
            tasks += self._expand_types(position, part)
        if not tasks:
            tasks.append(Task(position, None, [Candidate(site, None) for site in position.sites.values()]))
        return tasks

    def _expand_types(self, position: Position, part: TypeSelections) -> list[Task]:
        if part.on is not None:
            narrowed = self._narrow(position, part.on, part.types)
            if narrowed.sites:
                try:
                    return [task for field in part.fields for task in self._expand_field(narrowed, field)]
                except NoWayError:
                    pass
        tasks: list[Task] = []
        for type_ in sorted(part.types if position.types is None else part.types & position.types):
            refined = self.refine(position, type_)
            # Where no site knows the type, no object there can have it.
            if refined.sites:
                for field in part.fields:
                    tasks += self._expand_field(refined, field)
        return tasks

    def _expand_field(self, position: Position, field: MergedField) -> list[Task]:
        candidates = self.candidates(position, field.name)
        if not position.abstract or field.name == "__typename":
            return self._follow(position, field, candidates)
        if candidates:
            try:
                tasks = self._follow(position, field, candidates)
            except NoWayError:
                pass
            else:
                return self._earlier_by_type(position, field, candidates) or tasks
        return self._explode(position, field)

    def _earlier_by_type(self, position: Position, field: MergedField, candidates: list[Candidate]) -> list[Task]:
        """The tasks for a leaf by object type, if what has it for all types at once is reached later; else none."""
        level = min(candidate.site.level for candidate in candidates)
        if field.selections is not None or all(site.level >= level for site in position.sites.values()):
            return []
        try:
            tasks = self._explode(position, field)
        except NoWayError:
            return []
        latest = max((min(c.site.level for c in task.candidates) for task in tasks), default=level)
        return tasks if latest < level else []

    def _follow(self, position: Position, field: MergedField, candidates: list[Candidate]) -> list[Task]:
        if not candidates:
            raise NoWayError(f"{position.type}.{field.name} cannot be resolved here by any subgraph.")
        if field.selections is None:
            return [Task(position, field, candidates)]
        return self.expand(self.child(position, field, candidates), field.selections)

    def _explode(self, position: Position, field: MergedField) -> list[Task]:
        """Select the field of each object type by itself: all types that one subgraph may return."""
        bases = [site for site in position.sites.values() if self.terrain.casts(site.node)]
        for base in sorted(bases, key=lambda site: site.level):
            casts = self.terrain.casts(base.node)
            types = [type_ for type_ in casts if position.types is None or type_ in position.types]
            if len(bases) > 1 and not all(self._resolves(casts[type_], field) for type_ in types):
                continue
            try:
                return [task for type_ in types for task in self._expand_field(self.refine(position, type_), field)]
            except NoWayError:
                continue
        raise NoWayError(
            f"{position.type}.{field.name} cannot be resolved here for every type that the object may have."
        )

    def _resolves(self, node: Node, field: MergedField) -> bool:
        """Whether the field, with all below, can be had of an object that is at this node only."""
        known = self._resolved.get((node, field))
        if known is None:
            try:
                self._expand_field(self._scratch(node.type, [(node, 1)]), field)
                known = True
            except NoWayError:
                known = False
            self._resolved[node, field] = known
        return known

    # -- positions -----------------------------------------------------------------------------------------------------

    def child(self, position: Position, field: MergedField, candidates: Iterable[Candidate]) -> Position:
        """The position below a composite field, with every site that it can be come by."""
        child = position.children.get(field.response_key)
        if child is None:
            type_ = named_type(field.type)
            child = position.children[field.response_key] = position.below(
                field, type_, self.terrain.is_abstract(type_)
            )
            for candidate in candidates:
                edge = candidate.edge
                if edge is not None and edge.target is not None:
                    _arrive(child, edge.target, candidate.site.level, FieldWay(candidate.site, field, edge))
            if child.abstract:
                child.types = self._agreed_types(child)
            self.close(child)
        return child

    def _agreed_types(self, position: Position) -> frozenset[str] | None:
        """The object types on which all subgraphs agree that resolve the field; None where all are interface objects.

        Subgraphs that share a field have to resolve it alike, so it has no other type.
        """
        nodes = [node for node in position.sites if self.terrain.knows_type(node)]
        return frozenset.intersection(*map(self.terrain.graph.runtime_types, nodes)) if nodes else None

    def refine(self, position: Position, type_: str) -> Position:
        """The position of those objects that have the object type; it has no sites where none can have it."""
        refined = position.refined.get(type_)
        if refined is None:
            refined = position.refined[type_] = position.of_type(type_)
            for site in position.sites.values():
                node = self.terrain.casts(site.node).get(type_)
                if node is not None:
                    _arrive(refined, node, site.level, CastWay(site))
            if refined.sites:
                self.close(refined)
        return refined

    def _narrow(self, position: Position, type_: str, types: frozenset[str]) -> Position:
        """The position of the objects that have an abstract type, at the sites where it stands for just those types."""
        narrowed = position.refined.get(type_)
        if narrowed is None:
            narrowed = position.refined[type_] = position.of_types(type_, types)
            narrowed.types = types if position.types is None else types & position.types
            for site in position.sites.values():
                node = self.terrain.narrow(site.node, type_, types)
                if node is not None:
                    _arrive(narrowed, node, site.level, CastWay(site))
            if narrowed.sites:
                self.close(narrowed)
        return narrowed

    def close(self, position: Position) -> None:
        """Add the sites that are entered by key from those that are there, each as early as can be."""
        for node, level, entries in self._closure(position):
            position.sites[node] = Site(position, node, level, [KeyWay(entry) for entry in entries])

    def _closure(self, position: Position) -> list[tuple[Node, int, list[Entry]]]:
        if not position.sites or not self.terrain.entries(position.type):
            return []
        first = min((site.level for site in position.sites.values()), default=0)
        key = (position.type, frozenset((node, site.level - first) for node, site in position.sites.items()))
        known = self._closures.get(key)
        if known is None:
            # Where keys lead through each other in a circle, the inner turn finds nothing new.
            self._closures[key] = []
            known = self._closures[key] = list(self._find_entries(position.type, key[1]))
        return [(node, level + first, entries) for node, level, entries in known]

    def _find_entries(
        self, type_: str, origins: frozenset[tuple[Node, int]]
    ) -> Iterator[tuple[Node, int, list[Entry]]]:
        scratch = Position(type_, self.terrain.is_abstract(type_))
        for node, level in sorted(origins, key=lambda origin: (origin[1], str(origin[0]))):
            _arrive(scratch, node, level)
        present = {(node.graph, node.type) for node in scratch.sites}
        first = min(scratch_site.level for scratch_site in scratch.sites.values())
        pending = [e for e in self.terrain.entries(type_) if (e.target.graph, e.target.type) not in present]
        while pending:
            levels = [(self.level_of(scratch, entry.key), entry) for entry in pending]
            reachable = [(max(level, first), entry) for level, entry in levels if level is not None]
            if not reachable:
                return
            earliest = min(level for level, _ in reachable)
            settled: dict[Node, list[Entry]] = {}
            for level, entry in reachable:
                if level == earliest:
                    settled.setdefault(entry.target, []).append(entry)
            for node, entries in settled.items():
                _arrive(scratch, node, earliest + 1)
                yield node, earliest + 1, entries
            pending = [entry for entry in pending if entry.target not in settled]

    def _scratch(self, type_: str, origins: Iterable[tuple[Node, int]]) -> Position:
        """A position to try things at."""
        position = Position(type_, self.terrain.is_abstract(type_))
        for node, level in origins:
            _arrive(position, node, level)
        self.close(position)
        return position

    # -- fields --------------------------------------------------------------------------------------------------------

    def candidates(self, position: Position, name: str) -> list[Candidate]:
        """The sites that resolve a field of every object at the position."""
        terrain = self.terrain
        if name == "__typename":
            return [Candidate(site, None) for site in position.sites.values() if terrain.knows_type(site.node)]
        look_up = terrain.shared_field if position.abstract else terrain.field
        found: list[Candidate] = []
        for site in position.sites.values():
            edge = look_up(site.node, name)
            if edge is not None and edge.is_plain:
                found.append(Candidate(site, edge))
        for edge, entries in terrain.requiring(position.type, name):
            required = self._required_site(position, edge, entries)
            if required is not None:
                found.append(Candidate(required, edge))
        return found

    def _required_site(self, position: Position, edge: FieldEdge, entries: list[Entry]) -> Site | None:
        """The site that is entered with what the field requires, or None where that cannot be had."""
        node = entries[0].target
        key = (node, edge.requires, edge.contexts)
        site = position.required.get(key)
        if site is None:
            levels = [(self._required_level(position, entry, edge), entry) for entry in entries]
            known = [level for level, _ in levels if level is not None]
            if not known:
                return None
            ways = [KeyWay(entry, edge.requires, edge.contexts) for level, entry in levels if level == min(known)]
            site = position.required[key] = Site(position, node, min(known), list(ways))
        return site

    def _required_level(self, position: Position, entry: Entry, edge: FieldEdge) -> int | None:
        guard = (id(position), entry.target, edge.name)
        if guard in self._open:
            return None
        self._open.add(guard)
        try:
            key = self.level_of(position, entry.key)
            levels = [
                self.level_of(position, edge.requires),
                *(self._context_level(position, c) for c in edge.contexts),
            ]
        finally:
            self._open.discard(guard)
        known = [level for level in levels if level is not None]
        return max((key, *known)) + 1 if key is not None and len(known) == len(levels) else None

    def _context_level(self, position: Position, argument: ContextArgument) -> int | None:
        above = self.context_above(position, argument)
        return None if above is None else self.level_of(above, parse_picks(argument.selection))

    def context_above(self, position: Position, argument: ContextArgument) -> Position | None:
        """The nearest position above whose objects set the context."""
        for above in objects_above(position):
            if self.terrain.sets_context(above.type, argument.context):
                return above
        return None

    # -- how early -----------------------------------------------------------------------------------------------------

    def level_of(self, position: Position, picks: Picks) -> int | None:
        """The level at which all of a field set can be there, or None where some of it cannot be had."""
        latest = 0
        for pick in picks:
            level: int | None
            if isinstance(pick, FieldPick):
                level = self._field_level(position, pick)
            else:
                level = self._type_level(position, pick.type, pick.picks)
            if level is None:
                return None
            latest = max(latest, level)
        return latest

    def _type_level(self, position: Position, type_: str, picks: Picks) -> int | None:
        possible = self.terrain.graph.possible
        if not position.abstract:
            return self.level_of(position, picks) if position.type in possible.get(type_, ()) else 0
        if type_ == position.type:
            return self.level_of(position, picks)
        levels = []
        for name in sorted(possible.get(position.type, frozenset()) & possible.get(type_, frozenset())):
            origins = self._cast_origins(position, name)
            if origins:
                levels.append(self.level_of(self._scratch(name, origins), picks))
        return None if None in levels else max((level for level in levels if level is not None), default=0)

    def _cast_origins(self, position: Position, type_: str) -> list[tuple[Node, int]]:
        cast = self.terrain.casts
        return [(cast(s.node)[type_], s.level) for s in position.sites.values() if type_ in cast(s.node)]

    def _field_level(self, position: Position, pick: FieldPick) -> int | None:
        found = [(c.edge, c.site.level) for c in self.candidates(position, pick.name) if c.edge is not None]
        level = self._best_level(position, pick, found)
        if level is None and position.abstract:
            level = self._exploded_level(position, pick)
        return level

    def _best_level(self, position: Position, pick: FieldPick, found: list[Found]) -> int | None:
        if not found:
            return None
        if not pick.picks:
            return min(level for _, level in found)
        earliest = min(level for _, level in found)
        if any(level == earliest and edge.target and self._is_local(edge.target, pick.picks) for edge, level in found):
            return earliest
        origins = [(edge.target, level) for edge, level in found if edge.target is not None]
        type_ = named_type(self.terrain.field_type(position.type, pick.name))
        return self.level_of(self._scratch(type_, origins), pick.picks)

    def _exploded_level(self, position: Position, pick: FieldPick) -> int | None:
        best: int | None = None
        for site in position.sites.values():
            casts = self.terrain.casts(site.node)
            levels = [self.level_of(self._scratch(t, [(node, site.level)]), (pick,)) for t, node in casts.items()]
            known = [level for level in levels if level is not None]
            if levels and len(known) == len(levels):
                best = max(known) if best is None else min(best, max(known))
        return best

    def _is_local(self, node: Node, picks: Picks) -> bool:
        """Whether the node itself resolves the whole field set, all fields being plain."""
        for pick in picks:
            if not isinstance(pick, FieldPick):
                return False
            edge = self.terrain.shared_field(node, pick.name)
            if edge is None or not edge.is_plain:
                return False
            if pick.picks and (edge.target is None or not self._is_local(edge.target, pick.picks)):
                return False
        return True

    # -- what representations need -------------------------------------------------------------------------------------

    def need(self, position: Position, picks: Picks, typename: bool = False) -> Need:
        """The fields of a representation, as tasks at the position. Raises NoWayError."""
        known = position.needs.get((picks, typename))
        if known is None:
            selections, required = HiddenSelections(self.terrain).make(position.type, position.names, picks)
            if typename:
                selections.common.append(MergedField("__typename", "__typename", "String!", hidden=True))
            known = position.needs[picks, typename] = Need(self.expand(position, selections), merge_required(required))
        return known


def _arrive(position: Position, node: Node, level: int, way: FieldWay | CastWay | None = None) -> None:
    """Note a way to a site; of several only the earliest count, unless they are as early."""
    site = position.sites.get(node)
    if site is None:
        position.sites[node] = Site(position, node, level, [] if way is None else [way])
    elif way is not None:
        site.ways.append(way)
        site.level = min(site.level, level)
