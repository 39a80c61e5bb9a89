"""Find the paths to each field: at which nodes of the query graph its object can be, and how early."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanse_router.planner.budget import Budget
from hanse_router.planner.fetch_graph import FetchNode, merge_required
from hanse_router.planner.graph_view import GraphView
from hanse_router.planner.hidden import HiddenSelections
from hanse_router.planner.merged import MergedField, MergedSelections, TypeSelections
from hanse_router.planner.own_names import CONTEXT, unused_stem
from hanse_router.planner.query_tree import (
    Candidate,
    CastArrival,
    FieldArrival,
    KeyArrival,
    Leaf,
    Option,
    Position,
    RequiredInput,
    objects_above,
)
from hanse_router.query_plan import PlanError
from hanse_schema.query_graph import TYPENAME, Entry, FieldEdge, FieldPick, Node, Picks, parse_context_picks
from hanse_schema.supergraph.model import ContextArgument
from hanse_schema.type_ref import named_type

Found = tuple[FieldEdge, int]


class NoPathError(PlanError):
    """No path leads to a field."""


class PathFinder:
    """Finds the paths for one operation, whose client's variables have these names. It does not choose among them."""

    def __init__(self, view: GraphView, budget: Budget | None = None, variables: Iterable[str] = ()) -> None:
        self.view = view
        self.context_stem = unused_stem(CONTEXT, variables)
        self.budget = budget or Budget()
        self.positions: list[Position] = []  # all that were made, to be released with the plan
        self.fetch_nodes: list[FetchNode] = []
        self._closures: dict[tuple[str, frozenset[tuple[Node, int]]], list[tuple[Node, int, list[Entry]]]] = {}
        self._open: set[tuple[int, Node, str]] = set()
        self._resolved: dict[tuple[Node, MergedField], bool] = {}

    # -- selections ----------------------------------------------------------------------------------------------------

    def expand(self, position: Position, selections: MergedSelections) -> list[Leaf]:
        """The leaves of the selections at a position, with their candidates. Raises NoPathError."""
        leaves: list[Leaf] = []
        for field in selections.common:
            leaves += self._expand_field(position, field)
        for part in selections.by_type:
            leaves += self._expand_types(position, part)
        if not leaves:
            leaves.append(Leaf(position, None, [Candidate(option, None) for option in position.options.values()]))
        return leaves

    def _expand_types(self, position: Position, part: TypeSelections) -> list[Leaf]:
        if part.on is not None:
            narrowed = self._narrow(position, part.on, part.types)
            if narrowed.options:
                try:
                    return [leaf for field in part.fields for leaf in self._expand_field(narrowed, field)]
                except NoPathError:
                    pass
        leaves: list[Leaf] = []
        for type_ in sorted(part.types if position.types is None else part.types & position.types):
            refined = self.refine(position, type_)
            # If no option has the type, no object there can have it.
            if refined.options:
                for field in part.fields:
                    leaves += self._expand_field(refined, field)
        return leaves

    def _expand_field(self, position: Position, field: MergedField) -> list[Leaf]:
        candidates = self.candidates(position, field.name)
        if not position.abstract or field.name == "__typename":
            return self._follow(position, field, candidates)
        if candidates:
            try:
                leaves = self._follow(position, field, candidates)
            except NoPathError:
                pass
            else:
                return self._earlier_by_type(position, field, candidates) or leaves
        return self._explode(position, field)

    def _earlier_by_type(self, position: Position, field: MergedField, candidates: list[Candidate]) -> list[Leaf]:
        """The leaves of a field by object type, if that is earlier than an option for all types; else none."""
        level = min(candidate.option.level for candidate in candidates)
        if field.selections is not None or all(option.level >= level for option in position.options.values()):
            return []
        try:
            leaves = self._explode(position, field)
        except NoPathError:
            return []
        latest = max((min(c.option.level for c in leaf.candidates) for leaf in leaves), default=level)
        return leaves if latest < level else []

    def _follow(self, position: Position, field: MergedField, candidates: list[Candidate]) -> list[Leaf]:
        if not candidates:
            raise NoPathError(f"{position.type}.{field.name} cannot be resolved here by any subgraph.")
        if field.selections is None:
            return [Leaf(position, field, candidates)]
        return self.expand(self.child(position, field, candidates), field.selections)

    def _explode(self, position: Position, field: MergedField) -> list[Leaf]:
        """Select the field of each object type by itself: all types that one subgraph may return."""
        bases = [option for option in position.options.values() if self.view.casts(option.node)]
        for base in sorted(bases, key=lambda option: option.level):
            casts = self.view.casts(base.node)
            types = [type_ for type_ in casts if position.types is None or type_ in position.types]
            if len(bases) > 1 and not all(self._resolves(casts[type_], field) for type_ in types):
                continue
            try:
                return [leaf for type_ in types for leaf in self._expand_field(self.refine(position, type_), field)]
            except NoPathError:
                continue
        raise NoPathError(
            f"{position.type}.{field.name} cannot be resolved here for every type that the object may have."
        )

    def _resolves(self, node: Node, field: MergedField) -> bool:
        """Whether the field and its selections can be resolved from this node alone."""
        known = self._resolved.get((node, field))
        if known is None:
            try:
                self._expand_field(self._scratch(node.type, [(node, 1)]), field)
                known = True
            except NoPathError:
                known = False
            self._resolved[node, field] = known
        return known

    # -- positions -----------------------------------------------------------------------------------------------------

    def child(self, position: Position, field: MergedField, candidates: Iterable[Candidate]) -> Position:
        """The position below a composite field, with its options."""
        child = position.children.get(field.response_key)
        if child is None:
            type_ = named_type(field.type)
            child = position.children[field.response_key] = position.below(field, type_, self.view.is_abstract(type_))
            for candidate in candidates:
                edge = candidate.edge
                if edge is not None and edge.target is not None:
                    child.arrive(edge.target, candidate.option.level, FieldArrival(candidate.option, field, edge))
            if child.abstract:
                child.types = self._agreed_types(child)
            self.close(child)
        return child

    def _agreed_types(self, position: Position) -> frozenset[str] | None:
        """The object types that all subgraphs which resolve the field have; None if all have interface objects.

        Subgraphs that share a field have to resolve it alike, so it has no other type.
        """
        nodes = [node for node in position.options if self.view.knows_type(node)]
        return frozenset.intersection(*map(self.view.graph.runtime_types, nodes)) if nodes else None

    def refine(self, position: Position, type_: str) -> Position:
        """The position of the objects with the object type. It has no options if no object can have it."""
        refined = position.refined.get(type_)
        if refined is None:
            refined = position.refined[type_] = position.of_type(type_)
            for option in position.options.values():
                node = self.view.casts(option.node).get(type_)
                if node is not None:
                    refined.arrive(node, option.level, CastArrival(option))
            if refined.options:
                self.close(refined)
        return refined

    def _narrow(self, position: Position, type_: str, types: frozenset[str]) -> Position:
        """The position of the objects with an abstract type, with the options where it has exactly those types."""
        narrowed = position.refined.get(type_)
        if narrowed is None:
            narrowed = position.refined[type_] = position.of_types(type_, types)
            narrowed.types = types if position.types is None else types & position.types
            for option in position.options.values():
                node = self.view.narrow(option.node, type_, types)
                if node is not None:
                    narrowed.arrive(node, option.level, CastArrival(option))
            if narrowed.options:
                self.close(narrowed)
        return narrowed

    def close(self, position: Position) -> None:
        """Add the options that are entered by key from those that exist, each at its earliest level."""
        self.budget.spend(len(position.options))
        for node, level, entries in self._closure(position):
            later = position.options.get(node)
            late = [a for a in later.arrivals if isinstance(a, FieldArrival | CastArrival)] if later else []
            position.options[node] = Option(position, node, level, [KeyArrival(entry) for entry in entries], late)

    def _closure(self, position: Position) -> list[tuple[Node, int, list[Entry]]]:
        if not position.options or not self.view.entries(position.type):
            return []
        first = min((option.level for option in position.options.values()), default=0)
        key = (position.type, frozenset((node, option.level - first) for node, option in position.options.items()))
        known = self._closures.get(key)
        if known is None:
            # If keys lead to each other in a circle, the inner call finds nothing new.
            self._closures[key] = []
            known = self._closures[key] = list(self._find_entries(position.type, key[1]))
        return [(node, level + first, entries) for node, level, entries in known]

    def _find_entries(
        self, type_: str, origins: frozenset[tuple[Node, int]]
    ) -> Iterator[tuple[Node, int, list[Entry]]]:
        scratch = Position(type_, self.view.is_abstract(type_), made=self.positions)
        for node, level in sorted(origins, key=lambda origin: (origin[1], str(origin[0]))):
            scratch.arrive(node, level)
        present: dict[tuple[str, str], int] = {}  # levels
        for node, option in scratch.options.items():
            place = (node.graph, node.type)
            present[place] = min(option.level, present.get(place, option.level))
        first = min(present.values())
        pending = [
            e for e in self.view.entries(type_) if present.get((e.target.graph, e.target.type), first + 2) > first + 1
        ]
        while pending:
            self.budget.spend(len(pending))
            levels = [(self.level_of(scratch, entry.key), entry) for entry in pending]
            entered = [(max(level, first) + 1, entry) for level, entry in levels if level is not None]
            reachable = [
                (level, entry)
                for level, entry in entered
                if level < present.get((entry.target.graph, entry.target.type), level + 1)
            ]
            if not reachable:
                return
            earliest = min(level for level, _ in reachable)
            settled: dict[Node, list[Entry]] = {}
            for level, entry in reachable:
                if level == earliest:
                    settled.setdefault(entry.target, []).append(entry)
            for node, entries in settled.items():
                present[node.graph, node.type] = earliest
                scratch.options[node] = Option(scratch, node, earliest)
                yield node, earliest, entries
            pending = [entry for entry in pending if entry.target not in settled]

    def _scratch(self, type_: str, origins: Iterable[tuple[Node, int]]) -> Position:
        """A position that is not part of the query tree."""
        position = Position(type_, self.view.is_abstract(type_), made=self.positions)
        for node, level in origins:
            position.arrive(node, level)
        self.close(position)
        return position

    # -- fields --------------------------------------------------------------------------------------------------------

    def candidates(self, position: Position, name: str) -> list[Candidate]:
        """The options that resolve a field of every object at the position."""
        view = self.view
        self.budget.spend(1 + len(position.options))
        if name == "__typename":
            return [Candidate(option, None) for option in position.options.values() if view.knows_type(option.node)]
        look_up = view.shared_field if position.abstract else view.field
        found: list[Candidate] = []
        for option in position.options.values():
            edge = look_up(option.node, name)
            if edge is not None and edge.is_plain:
                found.append(Candidate(option, edge))
        for edge, entries in view.requiring(position.type, name):
            required = self._required_option(position, edge, entries)
            if required is not None:
                found.append(Candidate(required, edge))
        return found

    def _required_option(self, position: Position, edge: FieldEdge, entries: list[Entry]) -> Option | None:
        """The option that is entered with the fields that a field requires; None if they are not available."""
        node = entries[0].target
        key = (node, edge.requires, edge.contexts)
        option = position.required.get(key)
        if option is None:
            levels = [(self._required_level(position, entry, edge), entry) for entry in entries]
            known = [level for level, _ in levels if level is not None]
            if not known:
                return None
            arrivals = [
                KeyArrival(entry, edge.requires, edge.contexts) for level, entry in levels if level == min(known)
            ]
            option = position.required[key] = Option(position, node, min(known), list(arrivals))
        return option

    def _required_level(self, position: Position, entry: Entry, edge: FieldEdge) -> int | None:
        first = min((option.level for option in position.options.values()), default=0)
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
        return max((first, key, *known)) + 1 if key is not None and len(known) == len(levels) else None

    def _context_level(self, position: Position, argument: ContextArgument) -> int | None:
        above = self.context_above(position, argument)
        return None if above is None else self.level_of(above, parse_context_picks(argument.selection))

    def context_above(self, position: Position, argument: ContextArgument) -> Position | None:
        """The nearest position above whose objects set the context."""
        for above in objects_above(position):
            if self.view.sets_context(above.type, argument.context):
                return above
        return None

    # -- levels --------------------------------------------------------------------------------------------------------

    def level_of(self, position: Position, picks: Picks) -> int | None:
        """The earliest level at which a whole field set is available; None if a part of it never is."""
        latest = 0
        self.budget.spend(len(picks))
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
        possible = self.view.graph.possible
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
        cast = self.view.casts
        return [(cast(s.node)[type_], s.level) for s in position.options.values() if type_ in cast(s.node)]

    def _field_level(self, position: Position, pick: FieldPick) -> int | None:
        candidates = self.candidates(position, pick.name)
        if pick.name == TYPENAME:
            return min((candidate.option.level for candidate in candidates), default=None)
        found = [(c.edge, c.option.level) for c in candidates if c.edge is not None]
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
        if any(
            level == earliest and edge.target and self.view.is_local(edge.target, pick.picks) for edge, level in found
        ):
            return earliest
        origins = [(edge.target, level) for edge, level in found if edge.target is not None]
        type_ = named_type(self.view.field_type(position.type, pick.name))
        return self.level_of(self._scratch(type_, origins), pick.picks)

    def _exploded_level(self, position: Position, pick: FieldPick) -> int | None:
        best: int | None = None
        for option in position.options.values():
            casts = self.view.casts(option.node)
            self.budget.spend(len(casts))
            levels = [self.level_of(self._scratch(t, [(node, option.level)]), (pick,)) for t, node in casts.items()]
            known = [level for level in levels if level is not None]
            if levels and len(known) == len(levels):
                best = max(known) if best is None else min(best, max(known))
        return best

    # -- inputs of representations -------------------------------------------------------------------------------------

    def required_input(self, position: Position, picks: Picks, typename: bool = False) -> RequiredInput:
        """The fields of a representation, as leaves at the position. Raises NoPathError."""
        known = position.required_inputs.get((picks, typename))
        if known is None:
            selections, required = HiddenSelections(self.view).make(position.type, position.names, picks)
            if typename:
                selections.common.append(MergedField("__typename", "__typename", "String!", hidden=True))
            known = position.required_inputs[picks, typename] = RequiredInput(
                self.expand(position, selections), merge_required(required)
            )
        return known
