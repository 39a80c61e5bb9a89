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
    from hanse_router.planner.fetch_graph import FetchNode, SelectedObject


@dataclass(eq=False, slots=True)
class ResponseKeys:
    """The response keys in use at one place of the response, each with the (field, arguments) that it stands for."""

    keys: dict[str, set[tuple[str, Arguments]]] = field(default_factory=dict)
    children: dict[str, ResponseKeys] = field(default_factory=dict)

    def register(self, selections: MergedSelections) -> None:
        """Take the keys of everything asked."""
        for field_ in selections.all_fields():
            self.keys.setdefault(field_.response_key, set()).add((field_.name, field_.arguments))
            if field_.selections is not None:
                self.child(field_.response_key).register(field_.selections)

    def child(self, key: str) -> ResponseKeys:
        """The names below a key."""
        return self.children.setdefault(key, ResponseKeys())

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
    names: ResponseKeys = field(default_factory=ResponseKeys)
    conditions: AnyOf = ALWAYS
    hidden: bool = False
    types: frozenset[str] | None = None
    options: dict[Node, Option] = field(default_factory=dict)
    required: dict[tuple[Node, Picks, tuple[ContextArgument, ...]], Option] = field(default_factory=dict)
    children: dict[str, Position] = field(default_factory=dict)
    refined: dict[str, Position] = field(default_factory=dict)
    required_inputs: dict[tuple[Picks, bool], RequiredInput] = field(default_factory=dict)
    fetch_nodes: list[FetchNode] = field(default_factory=list)
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
    def object_path(self) -> Path:
        """The path without the types that it is narrowed to at its end."""
        return self.path[:-1] if self.path and isinstance(self.path[-1], PathTypes) else self.path

    def _narrowed_path(self, types: tuple[str, ...]) -> Path:
        return (*self.object_path, PathTypes(types))


@dataclass(eq=False, slots=True)
class Option:
    """A node of the query graph at a position.

    `level` counts the fetches one after another that it takes to be there at the earliest; `ways` are the ways to get
    there. A site in use has its `slot` in the fetch graph.
    """

    position: Position
    node: Node
    level: int
    arrivals: list[Arrival] = field(default_factory=list)
    selected: SelectedObject | None = None
    cost: tuple[int, int] = (0, 0)  # fetches still to be made, and level; known as of `cost_as_of`
    cost_as_of: int = -1

    @property
    def is_entry(self) -> bool:
        """Whether a fetch of its own enters the subgraph here."""
        return isinstance(self.arrivals[0], KeyArrival)


@dataclass(frozen=True, slots=True, eq=False)
class RootArrival:
    """The operation's root, in a subgraph that has it."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldArrival:
    """Along a field, from the object above."""

    option: Option
    field: MergedField
    edge: FieldEdge


@dataclass(frozen=True, slots=True, eq=False)
class CastArrival:
    """From the same object, taken as an abstract type."""

    option: Option


@dataclass(frozen=True, slots=True, eq=False)
class KeyArrival:
    """By a key, and perhaps with required fields and arguments from above, in a new fetch."""

    entry: Entry
    requires: Picks = ()
    contexts: tuple[ContextArgument, ...] = ()


Arrival = RootArrival | FieldArrival | CastArrival | KeyArrival


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A site that can resolve a field; `edge` is None for `__typename`, and for the mere presence of the object."""

    option: Option
    edge: FieldEdge | None


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A leaf to be placed at one of the candidates; without `field_`, only the object has to be there."""

    position: Position
    field: MergedField | None
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True, eq=False)
class RequiredInput:
    """Fields that a representation needs: as tasks, and as the executor reads them from the response tree."""

    leaves: list[Leaf]
    required: tuple[Required, ...]


def count_paths(option: Option) -> int:
    """In how many ways the site can be come by, up to the last entry, by whatever key."""
    if isinstance(option.arrivals[0], FieldArrival | CastArrival):
        return sum(
            count_paths(arrival.option)
            for arrival in option.arrivals
            if isinstance(arrival, FieldArrival | CastArrival)
        )
    return 1


def objects_above(position: Position) -> Iterator[Position]:
    """The positions of the objects that the position's objects are reached through, the nearest first."""
    at = position
    while at.parent is not None:
        if at.object_path != at.parent.object_path:
            yield at.parent
            yield from _same_object(at.parent)
        at = at.parent


def _same_object(position: Position) -> Iterator[Position]:
    at = position
    while at.parent is not None and at.parent.object_path == at.object_path:
        at = at.parent
        yield at
