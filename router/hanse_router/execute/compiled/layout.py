"""The plan laid over the shape: what each fetch brings, and what is fetched only for representations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from graphql import GraphQLSchema, is_interface_type, is_object_type

from hanse_router.execute.compiled.reasons import Reason, Unsupported
from hanse_router.execute.compiled.shape import ANY_JSON, Shape, Shaper, Slot
from hanse_router.execute.conditions import Booleans, any_holds, holds
from hanse_router.execute.entities import fields_of
from hanse_router.execute.merge import reply_keys
from hanse_router.execute.steps import Step
from hanse_router.query_plan import (
    EntityGroup,
    EntityInput,
    Fetch,
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


@dataclass(frozen=True, slots=True)
class RequiredSlot:
    """A field of a representation: sent as `name`, read from `slot`; `selections` tell what is sent of an object.

    `key` tells what of it belongs to the key that the object is found by: None for nothing, empty for a leaf.
    """

    name: str
    slot: Slot
    selections: tuple[Required, ...] = ()
    key: tuple[Required, ...] | None = None


Fields = tuple[RequiredSlot, ...]


@dataclass(slots=True, eq=False)
class Target:
    """Where a path of a group leads: objects of a shape, of these types, reached as `route` tells.

    `inputs` holds for each type what is sent: its `__typename` (None: the object's own) and the required fields.
    """

    shape: Shape
    types: tuple[str, ...]
    route: tuple[RouteStep, ...]
    inputs: dict[str, tuple[str | None, Fields]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RouteStep:
    """From objects to those under `slot`; of those only `types`, where given."""

    slot: Slot
    types: tuple[str, ...] | None = None


@dataclass(slots=True, eq=False)
class GroupOverlay:
    """What a group brings, by response key, and whether it does so for every entity."""

    group: EntityGroup
    targets: list[Target]
    brings: dict[str, tuple[Slot, bool]] = field(default_factory=dict)
    non_null: set[str] = field(default_factory=set)  # keys that some target must have
    # Where an entity is null, or not asked for: the general path answers, if some target must have what it brings;
    # what it brings for representations is told from a null that came.
    feeds: bool = False

    @property
    def strict(self) -> bool:
        """Whether the general path is needed where an entity is null, or not asked for."""
        return bool(self.non_null)


class Overlay:
    """All fetches of a plan over one shape. Raises Unsupported while it is made."""

    def __init__(
        self, root: Shape, steps: Sequence[Step], booleans: Booleans, shaper: Shaper, api_schema: GraphQLSchema
    ) -> None:
        self.root = root
        self._booleans = booleans
        self._shaper = shaper
        self._api_schema = api_schema
        self.roots: dict[int, dict[str, tuple[Slot, bool]]] = {}
        self.groups: dict[int, list[GroupOverlay]] = {}
        self._fed: set[Slot] = set()  # read by some representation
        self.fetches = {step.fetch.id: step.fetch for step in steps}
        for step in steps:
            self._fetch(step.fetch)
        self._judge()

    def _fetch(self, fetch: Fetch) -> None:
        if fetch.paths:
            raise Unsupported(Reason.QUERY_BELOW_ROOT)
        if not fetch.groups:
            brings = self.roots[fetch.id] = {}
            self._lay(self.root, fetch.selections, fetch, brings)
            return
        overlays = self.groups[fetch.id] = []
        for group in fetch.groups:
            if group.contexts:
                raise Unsupported(Reason.CONTEXT_ARGUMENT)
            if not any_holds(group.conditions, self._booleans):
                raise Unsupported(Reason.SKIPPED_GROUP)
            overlay = GroupOverlay(group, [self._target(path, group) for path in group.paths])
            all_ = frozenset(name for target in overlay.targets for name in target.types)
            for target in overlay.targets:
                below = len(overlay.targets) == 1
                if target.types:
                    self._lay(
                        target.shape, group.selections, overlay, overlay.brings, target.types, below=below, all_=all_
                    )
            overlays.append(overlay)

    def _lay(
        self,
        shape: Shape,
        selections: Iterable[Selection],
        source: object,
        brings: dict[str, tuple[Slot, bool]] | None,
        types: tuple[str, ...] | None = None,
        *,
        maybe: bool = False,
        below: bool = True,
        all_: frozenset[str] = frozenset(),
    ) -> None:
        """Note what selections bring to the objects of a shape: with the object (`brings` None), or into it."""
        types = types or shape.types
        for selection in selections:
            if not holds(selection.conditions, self._booleans):
                continue
            if isinstance(selection, InlineFragment):
                covered = types
                part = maybe
                if selection.type_condition is not None:
                    covered = tuple(name for name in types if self._covers(selection, name))
                    part = part or not all(self._covers(selection, name) for name in all_ or types)
                if covered:
                    self._lay(shape, selection.selections, source, brings, covered, maybe=part, below=below, all_=all_)
                continue
            if selection.alias != selection.response_key:
                raise Unsupported(Reason.WIRE_ALIAS, selection.response_key)
            slot = self._slot(shape, selection.response_key, selection.name, selection.type, bool(selection.selections))
            if slot is None:
                continue
            if brings is None:
                slot.brought = "maybe" if maybe and slot.brought != "always" else "always"
            else:
                slot.later = True
                known = brings.get(slot.key)
                if known is not None and known[0].annotation != slot.annotation:
                    raise Unsupported(Reason.FIELD_TYPES, slot.key)
                brings[slot.key] = (slot, not maybe or (known is not None and known[1]))
            if slot.opaque:
                if slot.source not in (None, source) or reply_keys(selection.selections).differs:
                    raise Unsupported(Reason.SEVERAL_FETCHES, slot.key)
                slot.source = source
            elif slot.shape is not None:
                if not below or slot.source not in (None, source):
                    raise Unsupported(Reason.SEVERAL_FETCHES, slot.key)
                slot.source = source
                slot.whole = not maybe
                self._lay(slot.shape, selection.selections, source, None)

    def _covers(self, fragment: InlineFragment, name: str) -> bool:
        """Whether objects of a type get what stands in the fragment; an interface object's are of all its types."""
        if name in fragment.runtime_types:
            return True
        condition, type_ = (self._api_schema.get_type(one or "") for one in (fragment.type_condition, name))
        return is_interface_type(condition) and is_object_type(type_) and self._api_schema.is_sub_type(condition, type_)

    def _slot(self, shape: Shape, key: str, name: str, type_: str, composite: bool) -> Slot | None:
        slot = shape.find(key)
        if slot is not None:
            return slot
        if name == "__typename" and not shape.abstract:
            return None
        slot = Slot(key, self._shaper.attribute(key), hidden=True, lists=(True,) * list_depth(type_))
        if composite:  # objects that clients do not see are kept as they come
            slot.opaque, slot.lists, slot.annotation = True, (), ANY_JSON
        elif name == "__typename":
            slot.typename, slot.annotation = True, Literal[shape.types]
        else:
            named = named_type(type_)
            slot.annotation = self._shaper.leaf(self._api_schema.get_type(named) or named)
        shape.hidden[key] = slot
        return slot

    def _target(self, path: Path, group: EntityGroup) -> Target:
        shape, types = self.root, self.root.types
        route: list[RouteStep] = []
        depth = 0
        for step in path:
            if isinstance(step, PathKey):
                slot = shape.find(step.response_key)
                if depth or slot is None or slot.shape is None:
                    raise Unsupported(Reason.HIDDEN_PATH, step.response_key)
                route.append(RouteStep(slot))
                shape, types, depth = slot.shape, slot.shape.types, len(slot.lists)
            elif isinstance(step, PathList):
                depth -= 1
            else:
                assert isinstance(step, PathTypes)
                types = tuple(name for name in types if name in step.runtime_types)
                if len(types) < len(shape.types) and route:
                    route[-1] = RouteStep(route[-1].slot, types)
        if depth or not route:
            raise Unsupported(Reason.HIDDEN_PATH)
        target = Target(shape, types, tuple(route))
        for name in types:
            target.inputs[name] = self._input(shape, name, group.inputs)
        if shape.abstract and types:
            self._typename(shape)
        return target

    def _input(self, shape: Shape, name: str, inputs: Sequence[EntityInput]) -> tuple[str | None, Fields]:
        fitting = [one for one in inputs if name in one.runtime_types]
        if len(fitting) != 1:
            raise Unsupported(Reason.REPRESENTATION, name)
        key = {part: tuple(below) for part, below in fields_of(fitting[0].key)}
        required = dict.fromkeys(self._required(shape, name, fitting[0].required))
        fields = tuple(replace(one, key=key.get(one.name)) for one in required)
        if len({one.name for one in fields}) < len(fields):
            raise Unsupported(Reason.REPRESENTATION, name)
        return fitting[0].typename, fields

    def _required(self, shape: Shape, name: str, required: Iterable[Required]) -> Iterable[RequiredSlot]:
        parts: list[Required] = []
        for one in required:
            if not isinstance(one, RequiredField):
                parts += one.selections if name in one.runtime_types else ()
                continue
            slot = shape.find(one.response_key)
            if slot is None or slot.shape is not None or bool(one.selections) is not slot.opaque:
                raise Unsupported(Reason.REPRESENTATION, one.name)
            slot.needed = True
            self._fed.add(slot)
            yield RequiredSlot(one.name, slot, one.selections)
        if parts:
            yield from self._required(shape, name, parts)

    def _typename(self, shape: Shape) -> None:
        slot = shape.find("__typename")
        if slot is None or not slot.typename:
            raise Unsupported(Reason.TYPENAME)
        slot.needed = True

    def _judge(self) -> None:
        """What each group must not leave out; then what cannot be done at all."""
        for overlays in self.groups.values():
            for overlay in overlays:
                for target in overlay.targets:
                    slots = [found for key in overlay.brings if (found := target.shape.find(key)) is not None]
                    for slot in slots:
                        # One class serves all targets: what one of them needs, the others have room for.
                        slot.needed = slot.needed or any(
                            (other := one.shape.find(slot.key)) is not None and (not other.hidden or other.needed)
                            for one in overlay.targets
                        )
                    must = {slot.key for slot in slots if slot.non_null and not slot.hidden}
                    if any(not overlay.brings[key][1] for key in must) and not target.shape.abstract:
                        raise Unsupported(Reason.MAYBE_NOT_FETCHED)
                    overlay.non_null |= must
                    fed = self._fed.intersection(slots)
                    overlay.feeds = overlay.feeds or bool(fed)
                    for slot in fed:
                        slot.feeds = True
        for shape in self.root.walk():
            if shape.abstract:
                self._typename(shape)
                if shape.find("__typename").brought != "always":  # type: ignore[union-attr]
                    raise Unsupported(Reason.TYPENAME)
            if any(slot.needed and slot.later and slot.brought != "never" for slot in shape.hidden.values()):
                raise Unsupported(Reason.SEVERAL_FETCHES)
            for slot in shape.visible.values():
                if slot.typename:
                    if shape.abstract and slot.brought != "always":  # under another alias
                        raise Unsupported(Reason.TYPENAME, slot.key)
                elif not slot.later and slot.brought == "never":
                    raise Unsupported(Reason.NOT_FETCHED, slot.key)
                elif not shape.abstract and slot.non_null and slot.brought == "maybe":
                    raise Unsupported(Reason.MAYBE_NOT_FETCHED)
                if slot.later and slot.brought != "never":
                    raise Unsupported(Reason.SEVERAL_FETCHES)
