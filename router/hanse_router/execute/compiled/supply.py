"""What the fetches of a plan supply to a shape: collected by one walk over the plan, and frozen by `layout`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Literal

from graphql import GraphQLSchema, is_interface_type, is_object_type

from hanse_router.execute.compiled.reasons import Reason, Unsupported
from hanse_router.execute.compiled.shape import ANY_JSON, Shape, ShapeField, leaf_annotation
from hanse_router.execute.conditions import Booleans, any_holds, holds
from hanse_router.execute.entities import fields_of
from hanse_router.execute.merge import reply_keys
from hanse_router.execute.steps import Step
from hanse_router.query_plan import (
    EntityGroup,
    EntityInput,
    Fetch,
    FieldSelection,
    InlineFragment,
    Path,
    PathKey,
    PathList,
    PathTypes,
    Required,
    RequiredField,
    Selection,
)
from hanse_schema.type_ref import list_depth, named_type

Source = tuple[int, int]  # the id of a fetch and the index of its group; the index is -1 for root fields


class Fetched(Enum):
    """When a field is fetched."""

    NEVER = auto()
    SOMETIMES = auto()  # with its object, for some types of it
    ALWAYS = auto()  # with its object
    LATER = auto()  # into its object, by a root fetch or an entity fetch


@dataclass(slots=True)
class FieldSupply:
    """What is known of one field so far."""

    field: ShapeField
    with_object: Fetched = Fetched.NEVER
    later: bool = False
    source: Source | None = None  # what fetches the objects below it
    whole: bool = False  # its source fetches it whenever it fetches the object that has it
    required: bool = False  # read by some representation


@dataclass(frozen=True, slots=True)
class RequiredInput:
    """A field of a representation: sent as `name`, read from the field under `key`.

    `selections` are what is sent of its objects. `key_part` is the part of it that belongs to the entity's key: None
    for nothing, empty for a leaf.
    """

    name: str
    key: str
    selections: tuple[Required, ...] = ()
    key_part: tuple[Required, ...] | None = None


@dataclass(frozen=True, slots=True)
class TargetSupply:
    """Objects of a shape that a group writes into: those of `types`, at a response path.

    `path` has for each key the types to which the objects there are restricted, if they are. `inputs` holds for each
    type what is sent: its `__typename` (None: the object's own) and the required fields.
    """

    shape: Shape
    types: tuple[str, ...]
    path: tuple[tuple[str, tuple[str, ...] | None], ...]
    inputs: dict[str, tuple[str | None, tuple[RequiredInput, ...]]]


Written = dict[str, tuple[FieldSupply, bool]]
"""The fields that a fetch writes into objects, by response key; whether it always has them."""


@dataclass(slots=True)
class GroupSupply:
    """What an entity group writes, and into which objects."""

    group: EntityGroup
    targets: tuple[TargetSupply, ...]
    written: Written = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scope:
    """How selections apply to a shape."""

    source: Source
    written: Written | None  # None: they are fetched together with the objects
    types: tuple[str, ...]  # of the objects
    all_types: frozenset[str]  # of the objects of all targets
    sometimes: bool = False  # they apply to some types only
    single_target: bool = True


class PlanSupply:
    """What all fetches of a plan supply to a shape. Raises Unsupported while it is made."""

    def __init__(self, root: Shape, steps: Sequence[Step], booleans: Booleans, api_schema: GraphQLSchema) -> None:
        self.root = root
        self.roots: dict[int, Written] = {}
        self.groups: dict[int, list[GroupSupply]] = {}
        self._fields: dict[Shape, dict[str, FieldSupply]] = {}
        self._booleans = booleans
        self._api_schema = api_schema
        for step in steps:
            self._fetch(step.fetch)

    def all_fields(self) -> Iterator[FieldSupply]:
        """The fields of all shapes that fetches have been laid over."""
        for fields in self._fields.values():
            yield from fields.values()

    def fields(self, shape: Shape) -> dict[str, FieldSupply]:
        """The fields of a shape by response key: those selected, then those that are fetched besides."""
        known = self._fields.get(shape)
        if known is None:
            known = self._fields[shape] = {key: FieldSupply(one) for key, one in shape.fields.items()}
        return known

    def _fetch(self, fetch: Fetch) -> None:
        if fetch.paths:
            raise Unsupported(Reason.QUERY_BELOW_ROOT)
        if not fetch.groups:
            written = self.roots[fetch.id] = {}
            types = self.root.types
            self._lay(self.root, fetch.selections, _Scope((fetch.id, -1), written, types, frozenset(types)))
            return
        groups = self.groups[fetch.id] = []
        for group in fetch.groups:
            if group.contexts:
                raise Unsupported(Reason.CONTEXT_ARGUMENT)
            if not any_holds(group.conditions, self._booleans):
                raise Unsupported(Reason.SKIPPED_GROUP)
            targets = tuple(self._target(path, group) for path in group.paths)
            supply = GroupSupply(group, targets)
            all_types = frozenset(name for target in targets for name in target.types)
            for target in targets:
                if target.types:
                    source = (fetch.id, len(groups))
                    single = len(targets) == 1
                    scope = _Scope(source, supply.written, target.types, all_types, single_target=single)
                    self._lay(target.shape, group.selections, scope)
            groups.append(supply)

    def _lay(self, shape: Shape, selections: Iterable[Selection], scope: _Scope) -> None:
        """Note what selections fetch of the objects of a shape."""
        for selection in selections:
            if not holds(selection.conditions, self._booleans):
                continue
            if isinstance(selection, InlineFragment):
                inner = self._narrowed(selection, scope)
                if inner.types:
                    self._lay(shape, selection.selections, inner)
                continue
            if selection.alias != selection.response_key:
                raise Unsupported(Reason.WIRE_ALIAS, selection.response_key)
            supply = self._supply(shape, selection)
            if supply is not None:
                self._note(supply, scope)
                self._note_below(supply, selection, scope)

    def _narrowed(self, fragment: InlineFragment, scope: _Scope) -> _Scope:
        """The scope inside a fragment."""
        if fragment.type_condition is None:
            return scope
        covered = tuple(name for name in scope.types if self._covers(fragment, name))
        part = not all(self._covers(fragment, name) for name in scope.all_types)
        return replace(scope, types=covered, sometimes=scope.sometimes or part)

    def _covers(self, fragment: InlineFragment, name: str) -> bool:
        """Whether the fragment applies to objects of a type. An interface object's applies to all its types."""
        if name in fragment.runtime_types:
            return True
        condition, type_ = (self._api_schema.get_type(one or "") for one in (fragment.type_condition, name))
        return is_interface_type(condition) and is_object_type(type_) and self._api_schema.is_sub_type(condition, type_)

    @staticmethod
    def _note(supply: FieldSupply, scope: _Scope) -> None:
        """Note when a field is fetched."""
        if scope.written is None:
            always = not scope.sometimes or supply.with_object is Fetched.ALWAYS
            supply.with_object = Fetched.ALWAYS if always else Fetched.SOMETIMES
            return
        supply.later = True
        key = supply.field.key
        known = scope.written.get(key)
        if known is not None and known[0].field.annotation != supply.field.annotation:
            raise Unsupported(Reason.FIELD_TYPES, key)
        scope.written[key] = (supply, not scope.sometimes or (known is not None and known[1]))

    def _note_below(self, supply: FieldSupply, selection: FieldSelection, scope: _Scope) -> None:
        """Note what is fetched of the objects below a field. One source must fetch them all."""
        below, key = supply.field.below, supply.field.key
        if not supply.field.opaque and below is None:
            return
        if supply.source not in (None, scope.source):
            raise Unsupported(Reason.SEVERAL_FETCHES, key)
        supply.source = scope.source
        if below is None:
            if reply_keys(selection.selections).differs:
                raise Unsupported(Reason.WIRE_ALIAS, key)
            return
        if not scope.single_target:
            raise Unsupported(Reason.SEVERAL_FETCHES, key)
        supply.whole = not scope.sometimes
        self._lay(below, selection.selections, _Scope(scope.source, None, below.types, frozenset(below.types)))

    def _supply(self, shape: Shape, selection: FieldSelection) -> FieldSupply | None:
        """The field that a selection fetches, added if it is not selected; None for a constant `__typename`."""
        fields, key, name = self.fields(shape), selection.response_key, selection.name
        if key in fields:
            return fields[key]
        if name == "__typename" and not shape.abstract:
            return None
        lists = (True,) * list_depth(selection.type)
        if selection.selections:
            added = ShapeField(key, ANY_JSON, selected=False, opaque=True)
        elif name == "__typename":
            added = ShapeField(key, Literal[shape.types], lists, selected=False, typename=True)
        else:
            named = named_type(selection.type)
            annotation = leaf_annotation(self._api_schema.get_type(named) or named)
            added = ShapeField(key, annotation, lists, selected=False)
        fields[key] = FieldSupply(added)
        return fields[key]

    def _target(self, path: Path, group: EntityGroup) -> TargetSupply:
        shape, types = self.root, self.root.types
        steps: list[tuple[str, tuple[str, ...] | None]] = []
        depth = 0
        for step in path:
            if isinstance(step, PathKey):
                found = self.fields(shape).get(step.response_key)
                if depth or found is None or found.field.below is None:
                    raise Unsupported(Reason.HIDDEN_PATH, step.response_key)
                steps.append((step.response_key, None))
                shape, depth = found.field.below, len(found.field.lists)
                types = shape.types
            elif isinstance(step, PathList):
                depth -= 1
            else:
                assert isinstance(step, PathTypes)
                types = tuple(name for name in types if name in step.runtime_types)
                if len(types) < len(shape.types) and steps:
                    steps[-1] = (steps[-1][0], types)
        if depth or not steps:
            raise Unsupported(Reason.HIDDEN_PATH)
        inputs = {name: self._input(shape, name, group.inputs) for name in types}
        return TargetSupply(shape, types, tuple(steps), inputs)

    def _input(
        self, shape: Shape, name: str, inputs: Sequence[EntityInput]
    ) -> tuple[str | None, tuple[RequiredInput, ...]]:
        fitting = [one for one in inputs if name in one.runtime_types]
        if len(fitting) != 1:
            raise Unsupported(Reason.REPRESENTATION, name)
        key = {part: tuple(below) for part, below in fields_of(fitting[0].key)}
        required = dict.fromkeys(self._required(shape, name, fitting[0].required))
        fields = tuple(replace(one, key_part=key.get(one.name)) for one in required)
        if len({one.name for one in fields}) < len(fields):
            raise Unsupported(Reason.REPRESENTATION, name)
        return fitting[0].typename, fields

    def _required(self, shape: Shape, name: str, required: Iterable[Required]) -> Iterable[RequiredInput]:
        parts: list[Required] = []
        for one in required:
            if not isinstance(one, RequiredField):
                parts += one.selections if name in one.runtime_types else ()
                continue
            supply = self.fields(shape).get(one.response_key)
            if supply is None or supply.field.below is not None or bool(one.selections) is not supply.field.opaque:
                raise Unsupported(Reason.REPRESENTATION, one.name)
            supply.required = True
            yield RequiredInput(one.name, one.response_key, one.selections)
        if parts:
            yield from self._required(shape, name, parts)
