"""The layout of a response in memory: every field with all that generated code needs to know of it, frozen.

One pass over the shape decides it, from what the plan's fetches supply.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema

from hanse_router.execute.compiled.reasons import Reason, Unsupported
from hanse_router.execute.compiled.shape import Shape
from hanse_router.execute.compiled.supply import (
    Fetched,
    FieldSupply,
    GroupSupply,
    PlanSupply,
    Source,
    TargetSupply,
    Written,
)
from hanse_router.execute.conditions import Booleans
from hanse_router.execute.steps import Step
from hanse_router.query_plan import EntityGroup, Required

Repeated = frozenset[tuple[str, ...]]
"""The fields whose values are deduplicated, by the response keys that lead to them."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldLayout:
    """A field of the objects at one response path.

    It is held in `attribute`, written to the response under `key`. `annotation` and `lists` are those of the shape;
    `below` is the layout of its objects. A field that is not `selected` is unset before the response is encoded.
    """

    key: str
    attribute: str
    annotation: Any
    lists: tuple[bool, ...]
    below: ObjectLayout | None
    selected: bool
    non_null: bool
    typename: bool
    opaque: bool
    fetched: Fetched
    source: Source | None  # what fetches its objects
    in_memory: bool  # objects have the attribute
    stays_unset: bool  # UNSET until its entity is fetched, since representations read it; null in the response
    can_repeat: bool  # its values can be deduplicated: one source fetches them whole, at several response paths
    deduplicated: bool

    @property
    def temporary(self) -> bool:
        """Whether it is in memory for representations only."""
        return self.in_memory and not self.selected


@dataclass(frozen=True, slots=True, eq=False)
class ObjectLayout:
    """The objects at one response path. `of_type` is that of the shape."""

    path: tuple[str, ...]
    types: tuple[str, ...]
    abstract: bool
    fields: Mapping[str, FieldLayout]  # the selected ones in the client's order, then others
    of_type: Mapping[str, Mapping[str, bool]]

    def selected(self) -> Iterator[FieldLayout]:
        """The fields of the response."""
        return (field for field in self.fields.values() if field.selected)

    def temporary(self) -> list[FieldLayout]:
        """The fields that are in memory for representations only."""
        return [field for field in self.fields.values() if field.temporary]

    def in_memory(self) -> list[FieldLayout]:
        """The fields that its objects have."""
        return [field for field in self.fields.values() if field.in_memory]

    def walk(self) -> Iterator[ObjectLayout]:
        """This layout and all below it, outer ones first."""
        yield self
        for field in self.selected():
            if field.below is not None:
                yield from field.below.walk()


@dataclass(frozen=True, slots=True)
class RequiredFieldLayout:
    """A field of a representation, as `RequiredInput` describes it."""

    name: str
    field: FieldLayout
    selections: tuple[Required, ...]
    key_part: tuple[Required, ...] | None


RequiredFields = tuple[RequiredFieldLayout, ...]


@dataclass(frozen=True, slots=True)
class PathField:
    """A step of a response path: to the objects under a field; of those only `types`, if given."""

    field: FieldLayout
    types: tuple[str, ...] | None = None


ObjectPath = tuple[PathField, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TargetLayout:
    """Objects that a group writes into, and what of them is sent: by type, its `__typename` and the fields."""

    object: ObjectLayout
    types: tuple[str, ...]
    path: ObjectPath
    inputs: Mapping[str, tuple[str | None, RequiredFields]]


@dataclass(frozen=True, slots=True)
class WrittenField:
    """A field that a fetch writes; `always`: it has it for each object."""

    field: FieldLayout
    always: bool


@dataclass(frozen=True, slots=True, eq=False)
class GroupLayout:
    """An entity group: its targets and what it writes into them, by response key.

    `non_null` are the keys that some target must have: then a missing entity needs the general path. `feeds`: some
    representation reads what it writes.
    """

    group: EntityGroup
    targets: tuple[TargetLayout, ...]
    written: Mapping[str, WrittenField]
    non_null: frozenset[str]
    feeds: bool


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The layout of a plan's response, and what each fetch writes into it, by the fetch's id."""

    root: ObjectLayout
    roots: Mapping[int, Mapping[str, WrittenField]]
    groups: Mapping[int, tuple[GroupLayout, ...]]

    def path_to(self, object_: ObjectLayout) -> ObjectPath:
        """The path from the root to the objects of a layout."""
        path: list[PathField] = []
        above = self.root
        for key in object_.path:
            field = above.fields[key]
            assert field.below is not None
            path.append(PathField(field))
            above = field.below
        return tuple(path)


def lay_out(
    root: Shape, steps: Sequence[Step], booleans: Booleans, api_schema: GraphQLSchema, repeated: Repeated
) -> Layout:
    """The layout of a plan's response. Raises Unsupported."""
    return _Pass(PlanSupply(root, steps, booleans, api_schema), repeated).layout()


class _Pass:
    """The pass over the shape."""

    def __init__(self, supply: PlanSupply, repeated: Repeated) -> None:
        self._supply = supply
        self._repeated = repeated
        self._attributes: dict[str, str] = {}
        self._objects: dict[Shape, ObjectLayout] = {}
        self._fields: dict[int, FieldLayout] = {}  # by the identity of what is known of them
        self._kept = _kept(supply)
        self._feeding = _feeding(supply)

    def layout(self) -> Layout:
        root = self._object(self._supply.root)
        roots = {id_: self._written(written) for id_, written in self._supply.roots.items()}
        groups = {id_: tuple(self._group(group) for group in groups) for id_, groups in self._supply.groups.items()}
        return Layout(root, roots, groups)

    def _object(self, shape: Shape) -> ObjectLayout:
        supplies = self._supply.fields(shape)
        _check_typename(shape, supplies)
        fields: dict[str, FieldLayout] = {}
        for key, supply in supplies.items():
            fetched = _fetched(shape, supply)
            kept = id(supply) in self._kept or (shape.abstract and key == "__typename")
            if supply.later and supply.with_object is not Fetched.NEVER and (supply.field.selected or kept):
                raise Unsupported(Reason.SEVERAL_FETCHES, key)
            fields[key] = self._fields[id(supply)] = self._field(shape, supply, fetched, kept=kept)
        made = ObjectLayout(shape.path, shape.types, shape.abstract, fields, shape.of_type)
        self._objects[shape] = made
        return made

    def _field(self, shape: Shape, supply: FieldSupply, fetched: Fetched, *, kept: bool) -> FieldLayout:
        field = supply.field
        can_repeat = field.below is not None and bool(shape.path) and not shape.abstract and supply.whole
        return FieldLayout(
            key=field.key,
            attribute=self._attributes.setdefault(field.key, f"f{len(self._attributes)}"),
            annotation=field.annotation,
            lists=field.lists,
            below=self._object(field.below) if field.below is not None else None,
            selected=field.selected,
            non_null=field.non_null,
            typename=field.typename,
            opaque=field.opaque,
            fetched=fetched,
            source=supply.source,
            in_memory=field.selected or kept,
            stays_unset=field.selected and id(supply) in self._feeding,
            can_repeat=can_repeat,
            deduplicated=can_repeat and (*shape.path, field.key) in self._repeated,
        )

    def _written(self, written: Written) -> dict[str, WrittenField]:
        return {key: WrittenField(self._fields[id(supply)], always) for key, (supply, always) in written.items()}

    def _group(self, group: GroupSupply) -> GroupLayout:
        written = self._written(group.written)
        non_null: set[str] = set()
        feeds = False
        for target in group.targets:
            supplies = [one for key, one in self._supply.fields(target.shape).items() if key in written]
            must = {one.field.key for one in supplies if one.field.non_null and one.field.selected}
            if not target.shape.abstract and any(not written[key].always for key in must):
                raise Unsupported(Reason.MAYBE_NOT_FETCHED)
            non_null |= must
            feeds = feeds or any(one.required for one in supplies)
        targets = tuple(self._target(target) for target in group.targets)
        return GroupLayout(group.group, targets, written, frozenset(non_null), feeds)

    def _target(self, target: TargetSupply) -> TargetLayout:
        object_, path = self._objects[self._supply.root], []
        for key, types in target.path:
            field = object_.fields[key]
            assert field.below is not None
            path.append(PathField(field, types))
            object_ = field.below
        inputs = {
            name: (
                typename,
                tuple(
                    RequiredFieldLayout(one.name, object_.fields[one.key], one.selections, one.key_part)
                    for one in required
                ),
            )
            for name, (typename, required) in target.inputs.items()
        }
        return TargetLayout(object_, target.types, tuple(path), inputs)


def _fetched(shape: Shape, supply: FieldSupply) -> Fetched:
    """When a field is fetched. Raises Unsupported for a selected field that may be missing."""
    field = supply.field
    fetched = Fetched.LATER if supply.later else supply.with_object
    if not field.selected:
        return fetched
    if field.typename:
        if shape.abstract and supply.with_object is not Fetched.ALWAYS:  # under another alias
            raise Unsupported(Reason.TYPENAME, field.key)
    elif fetched is Fetched.NEVER:
        raise Unsupported(Reason.NOT_FETCHED, field.key)
    elif not shape.abstract and field.non_null and supply.with_object is Fetched.SOMETIMES:
        raise Unsupported(Reason.MAYBE_NOT_FETCHED, field.key)
    return fetched


def _check_typename(shape: Shape, supplies: Mapping[str, FieldSupply]) -> None:
    """Raises Unsupported for an abstract type whose `__typename` does not come with its objects."""
    if shape.abstract:
        supply = supplies.get("__typename")
        if supply is None or not supply.field.typename or supply.with_object is not Fetched.ALWAYS:
            raise Unsupported(Reason.TYPENAME, ".".join(shape.path))


def _kept(supply: PlanSupply) -> Collection[int]:
    """The fields, not selected, that objects have all the same: the ids of their supplies.

    They are those that some representation reads. One class holds what a group writes into all its targets, so targets
    have every field that one of them has.
    """
    kept = {id(one) for one in supply.all_fields() if one.required}
    for groups in supply.groups.values():
        for group in groups:
            for key in group.written:
                ones = [one for target in group.targets if (one := supply.fields(target.shape).get(key)) is not None]
                if any(one.field.selected or id(one) in kept for one in ones):
                    kept.update(id(one) for one in ones)
    return kept


def _feeding(supply: PlanSupply) -> Collection[int]:
    """The fields that a group writes and some representation reads: the ids of their supplies."""
    return {
        id(one)
        for groups in supply.groups.values()
        for group in groups
        for target in group.targets
        for key in group.written
        if (one := supply.fields(target.shape).get(key)) is not None and one.required
    }
