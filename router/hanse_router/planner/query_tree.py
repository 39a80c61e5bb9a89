"""The query tree: positions in the response, the sites from which their objects can be had, and the fields to place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hanse_router.operation import Arguments
from hanse_router.planner.conditions import ALWAYS, AnyOf
from hanse_router.planner.merged import MergedField, MergedSelections
from hanse_router.query_plan import Path, PathKey, PathList, PathTypes, Required
from hanse_schema.query_graph import Entry, FieldEdge, Node, Picks
from hanse_schema.supergraph.model import ContextArgument
from hanse_schema.type_ref import list_depth

if TYPE_CHECKING:
    from hanse_router.planner.fetch_graph import Slot, Step


@dataclass(eq=False, slots=True)
class Names:
    """The response keys in use at one place of the response, each with the (field, arguments) that it stands for."""

    keys: dict[str, set[tuple[str, Arguments]]] = field(default_factory=dict)
    children: dict[str, Names] = field(default_factory=dict)

    def register(self, selections: MergedSelections) -> None:
        """Take the keys of everything asked."""
        for field_ in selections.all_fields():
            self.keys.setdefault(field_.response_key, set()).add((field_.name, field_.arguments))
            if field_.selections is not None:
                self.child(field_.response_key).register(field_.selections)

    def child(self, key: str) -> Names:
        """The names below a key."""
        return self.children.setdefault(key, Names())

    def key_for(self, name: str, arguments: Arguments) -> str:
        """A key under which a hidden field can stand: one that has it already, or a free one."""
        wanted = {(name, arguments)}
        if self.keys.get(name) == wanted:
            return name
        for key, held in self.keys.items():
            if held == wanted:
                return key
        key, count = name, 0
        while key in self.keys:
            key = f"_{name}" if count == 0 else f"_{name}_{count}"
            count += 1
        self.keys[key] = wanted
        return key


@dataclass(eq=False, slots=True)
class Position:
    """A place in the response: objects of a type, at a path.

    `sites` are the places in the query graph where such an object may be, by node; `required` those that are entered
    with `@requires` fields. `refined` are the same objects, taken by their object type. `steps` are the fetch steps
    that enter a subgraph here. `conditions` are those under which the client asks for it; `hidden`: no client does.
    `types`, where not None, are the object types that objects of an abstract type can have.
    """

    type: str
    abstract: bool
    path: Path = ()
    names: Names = field(default_factory=Names)
    conditions: AnyOf = ALWAYS
    hidden: bool = False
    types: frozenset[str] | None = None
    sites: dict[Node, Site] = field(default_factory=dict)
    required: dict[tuple[Node, Picks, tuple[ContextArgument, ...]], Site] = field(default_factory=dict)
    children: dict[str, Position] = field(default_factory=dict)
    refined: dict[str, Position] = field(default_factory=dict)
    needs: dict[tuple[Picks, bool], Need] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    parent: Position | None = None

    def below(self, field_: MergedField, type_: str, abstract: bool) -> Position:
        """The position of a composite field's objects."""
        path = (*self.path, PathKey(field_.response_key), *(PathList(),) * list_depth(field_.type))
        return Position(
            type_, abstract, path, self.names.child(field_.response_key), field_.conditions, field_.hidden, parent=self
        )

    def of_type(self, type_: str) -> Position:
        """The position of those of its objects that have the object type."""
        return Position(type_, False, self._narrowed_path((type_,)), self.names, self.conditions, parent=self)

    def of_types(self, type_: str, types: frozenset[str]) -> Position:
        """The position of those of its objects that have the abstract type, which here stands for these types."""
        path = self._narrowed_path(tuple(sorted(types)))
        return Position(type_, True, path, self.names, self.conditions, parent=self)

    @property
    def path_to_object(self) -> Path:
        """The path without the types that it is narrowed to at its end."""
        return self.path[:-1] if self.path and isinstance(self.path[-1], PathTypes) else self.path

    def _narrowed_path(self, types: tuple[str, ...]) -> Path:
        return (*self.path_to_object, PathTypes(types))


@dataclass(eq=False, slots=True)
class Site:
    """A node of the query graph at a position.

    `level` counts the fetches one after another that it takes to be there at the earliest; `ways` are the ways to get
    there. A site in use has its `slot` in the fetch graph.
    """

    position: Position
    node: Node
    level: int
    ways: list[Way] = field(default_factory=list)
    slot: Slot | None = None
    cost: tuple[int, int] = (0, 0)  # fetches still to be made, and level; known as of `cost_as_of`
    cost_as_of: int = -1

    @property
    def is_entry(self) -> bool:
        """Whether a fetch of its own enters the subgraph here."""
        return isinstance(self.ways[0], KeyWay)


@dataclass(frozen=True, slots=True, eq=False)
class RootWay:
    """The operation's root, in a subgraph that has it."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldWay:
    """Along a field, from the object above."""

    site: Site
    field: MergedField
    edge: FieldEdge


@dataclass(frozen=True, slots=True, eq=False)
class CastWay:
    """From the same object, taken as an abstract type."""

    site: Site


@dataclass(frozen=True, slots=True, eq=False)
class KeyWay:
    """By a key, and perhaps with required fields and arguments from above, in a new fetch."""

    entry: Entry
    requires: Picks = ()
    contexts: tuple[ContextArgument, ...] = ()


Way = RootWay | FieldWay | CastWay | KeyWay


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A site that can resolve a field; `edge` is None for `__typename`, and for the mere presence of the object."""

    site: Site
    edge: FieldEdge | None


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A leaf to be placed at one of the candidates; without `field_`, only the object has to be there."""

    position: Position
    field: MergedField | None
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """Fields that a representation needs: as tasks, and as the executor reads them from the response tree."""

    tasks: list[Task]
    required: tuple[Required, ...]


def forks(site: Site) -> int:
    """In how many ways the site can be come by, up to the last entry, by whatever key."""
    if isinstance(site.ways[0], FieldWay | CastWay):
        return sum(forks(way.site) for way in site.ways if isinstance(way, FieldWay | CastWay))
    return 1


def objects_above(position: Position) -> Iterator[Position]:
    """The positions of the objects that the position's objects are reached through, the nearest first."""
    at = position
    while at.parent is not None:
        if at.path_to_object != at.parent.path_to_object:
            yield at.parent
            yield from _same_object(at.parent)
        at = at.parent


def _same_object(position: Position) -> Iterator[Position]:
    at = position
    while at.parent is not None and at.parent.path_to_object == at.path_to_object:
        at = at.parent
        yield at
