"""The query tree: positions in the response, the options for fetching their objects, and the leaves to place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hanse_router.operation import Arguments
from hanse_router.planner.conditions import ALWAYS, AnyOf
from hanse_router.planner.merged import MergedField, MergedSelections
from hanse_router.query_plan import Path, PathKey, PathList, PathTypes, Required
from hanse_schema.query_graph import Entry, FieldEdge, Node, Picks
from hanse_schema.supergraph.model import ContextArgument
from hanse_schema.type_ref import list_depth


@dataclass(eq=False, slots=True)
class ResponseKeys:
    """The response keys in use at one response path, each with the (field, arguments) that it stands for."""

    keys: dict[str, set[tuple[str, Arguments]]] = field(default_factory=dict)
    children: dict[str, ResponseKeys] = field(default_factory=dict)

    def register(self, selections: MergedSelections) -> None:
        """Register the keys of all selections."""
        for field_ in selections.all_fields():
            self.keys.setdefault(field_.response_key, set()).add((field_.name, field_.arguments))
            if field_.selections is not None:
                self.child(field_.response_key).register(field_.selections)

    def child(self, key: str) -> ResponseKeys:
        """The keys below a key."""
        return self.children.setdefault(key, ResponseKeys())

    def key_for(self, name: str, arguments: Arguments) -> str:
        """A key for a hidden field: one that already stands for it, or an unused one."""
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
    """The objects of a type at a response path.

    `options` are the nodes of the query graph at which such an object can be; `required` those that are entered with
    `@requires` fields. `refined` are the positions of the same objects by type. `conditions` are those under which the
    client selects it; a `hidden` position is not selected by the client. `types`, if not None, are the object types
    that objects of an abstract type can have. `made` has all positions of one plan, to be released with it.
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
    parent: Position | None = None
    made: list[Position] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.made.append(self)

    def arrive(self, node: Node, level: int, arrival: FieldArrival | CastArrival | None = None) -> None:
        """Add an arrival at an option. Only the earliest arrivals are kept."""
        option = self.options.get(node)
        if option is None:
            self.options[node] = Option(self, node, level, [] if arrival is None else [arrival])
        elif arrival is not None:
            option.arrivals.append(arrival)
            option.level = min(option.level, level)

    def below(self, field_: MergedField, type_: str, abstract: bool) -> Position:
        """The position of a composite field's objects."""
        path = (*self.path, PathKey(field_.response_key), *(PathList(),) * list_depth(field_.type))
        return Position(
            type_,
            abstract,
            path,
            self.names.child(field_.response_key),
            field_.conditions,
            field_.hidden,
            parent=self,
            made=self.made,
        )

    def of_type(self, type_: str) -> Position:
        """The position of its objects with an object type."""
        return Position(
            type_, False, self._narrowed_path((type_,)), self.names, self.conditions, parent=self, made=self.made
        )

    def of_types(self, type_: str, types: frozenset[str]) -> Position:
        """The position of its objects with an abstract type, which has these object types here."""
        path = self._narrowed_path(tuple(sorted(types)))
        return Position(type_, True, path, self.names, self.conditions, parent=self, made=self.made)

    @property
    def object_path(self) -> Path:
        """The response path without the type condition at its end."""
        return self.path[:-1] if self.path and isinstance(self.path[-1], PathTypes) else self.path

    def _narrowed_path(self, types: tuple[str, ...]) -> Path:
        return (*self.object_path, PathTypes(types))


@dataclass(eq=False, slots=True)
class Option:
    """A node of the query graph at which the objects of a position can be.

    `level` is the minimum number of fetches one after another until then. `arrivals` are the last steps of the paths to
    it that are so early; `late` those of other paths, which are for what is fetched anyway.
    """

    position: Position
    node: Node
    level: int
    arrivals: list[Arrival] = field(default_factory=list)
    late: list[FieldArrival | CastArrival] = field(default_factory=list)

    @property
    def is_entry(self) -> bool:
        """Whether a fetch of its own is needed."""
        return isinstance(self.arrivals[0], KeyArrival)


@dataclass(frozen=True, slots=True, eq=False)
class RootArrival:
    """At the root of the operation."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldArrival:
    """By a field of the object above."""

    option: Option
    field: MergedField
    edge: FieldEdge


@dataclass(frozen=True, slots=True, eq=False)
class CastArrival:
    """By a type condition on the same object."""

    option: Option


@dataclass(frozen=True, slots=True, eq=False)
class KeyArrival:
    """By a key, in a fetch of its own, with the required fields and context arguments."""

    entry: Entry
    requires: Picks = ()
    contexts: tuple[ContextArgument, ...] = ()


Arrival = RootArrival | FieldArrival | CastArrival | KeyArrival


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An option that resolves a field. `edge` is None for `__typename`, and if only the object has to exist."""

    option: Option
    edge: FieldEdge | None


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A field to resolve at one of the candidates. Without `field`, only the object has to exist."""

    position: Position
    field: MergedField | None
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True, eq=False)
class RequiredInput:
    """Fields of a representation: as leaves, and as the executor reads them from the response tree."""

    leaves: list[Leaf]
    required: tuple[Required, ...]


def count_paths(option: Option) -> int:
    """The number of paths to the option from the last entry by a key."""
    if isinstance(option.arrivals[0], FieldArrival | CastArrival):
        return sum(
            count_paths(arrival.option)
            for arrival in option.arrivals
            if isinstance(arrival, FieldArrival | CastArrival)
        )
    return 1


def objects_above(position: Position) -> Iterator[Position]:
    """The positions of the objects above, the nearest first."""
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
