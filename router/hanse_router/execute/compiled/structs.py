"""A msgspec Struct for each place of the shape: replies are decoded straight into what the client gets."""

from __future__ import annotations

from typing import Any, Literal, get_args

from msgspec import UNSET, Raw, Struct, UnsetType, defstruct
from msgspec.json import Decoder
from msgspec.structs import fields as fields_of

from hanse_router.execute.compiled.layout import GroupOverlay, Overlay
from hanse_router.execute.compiled.shape import Shape, Slot

_Field = tuple[str, Any] | tuple[str, Any, Any]


class Structs:
    """The classes of one plan, and the decoders of its replies."""

    def __init__(self, overlay: Overlay) -> None:
        self._classes: dict[Shape, type[Struct]] = {}
        self.root = self._class(overlay.root)
        self.decoders: dict[int, Decoder[Any]] = {}
        self.shared: dict[Slot, Decoder[Any]] = {
            slot: Decoder(self._annotation(slot) if slot.non_null else self._annotation(slot) | None)
            for shape in overlay.root.walk()
            for slot in shape.visible.values()
            if slot.shared
        }
        for id_, brings in overlay.roots.items():
            must = {key for key, (slot, _) in brings.items() if slot.non_null and not slot.hidden}
            self.decoders[id_] = self._decoder(self._partial(brings, must))
        for id_, groups in overlay.groups.items():
            self.decoders[id_] = self._decoder(self._entities(groups))

    def _class(self, shape: Shape) -> type[Struct]:
        made = self._classes.get(shape)
        if made is None:
            slots = list(shape.slots())
            fields = [self._field(shape, slot) for slot in slots]
            made = self._classes[shape] = _struct(f"Object{len(self._classes)}", fields, slots)
        return made

    def _field(self, shape: Shape, slot: Slot) -> _Field:
        name = slot.attribute
        if slot.typename and not shape.abstract:
            return name, Literal[shape.types], shape.types[0]
        inner = self._annotation(slot)
        if slot.typename:
            return name, inner
        if slot.brought == "always":
            if slot.shared:
                return name, Raw
            if not shape.abstract:
                return name, inner if slot.non_null and not slot.hidden else inner | None
            everywhere = not slot.hidden and all(keys.get(slot.key, False) for keys in shape.of_type.values())
            return name, inner if everywhere else inner | None
        if shape.abstract or slot.hidden or slot.may_lack:
            return name, inner | None | UnsetType, UNSET
        return name, inner | None, None

    def _annotation(self, slot: Slot) -> Any:
        inner: Any = slot.annotation if slot.shape is None else self._class(slot.shape)
        for nullable in reversed(slot.lists):
            inner = list[inner | None] if nullable else list[inner]
        return inner

    def _partial(self, brings: dict[str, tuple[Slot, bool]], non_null: set[str]) -> type[Struct]:
        """What one fetch adds to objects that are there."""
        fields: list[_Field] = []
        slots = [slot for slot, _ in brings.values() if not slot.hidden or slot.needed]
        for slot in slots:
            inner = self._annotation(slot)
            if slot.shared:
                fields.append((slot.attribute, Raw))
                continue
            if not brings[slot.key][1]:
                fields.append((slot.attribute, inner | None | UnsetType, UNSET))
            elif slot.key in non_null:
                fields.append((slot.attribute, inner))
            else:
                fields.append((slot.attribute, inner | None))
        return _struct("Object", fields, slots)

    def _entities(self, groups: list[GroupOverlay]) -> type[Struct]:
        slots = [Slot(overlay.group.alias, f"g{index}") for index, overlay in enumerate(groups)]
        fields: list[_Field] = [
            (f"g{index}", list[self._partial(overlay.brings, overlay.non_null) | None])  # type: ignore[misc]
            for index, overlay in enumerate(groups)
        ]
        return _struct("Object", fields, slots)

    def listing(self) -> str:
        """The classes of the response in lines of comments: attribute, response key and type of each field."""
        lines: list[str] = []
        for shape, made in self._classes.items():
            lines.append(f"# class {made.__name__}: {' | '.join(shape.types)}")
            lines += [f"#     {one.name} = {one.encode_name!r}: {_shown(one.type)}" for one in fields_of(made)]
        return "\n".join(lines)

    @staticmethod
    def _decoder(data: Any) -> Decoder[Any]:
        reply = defstruct("Reply", [("data", data | None, None), ("errors", list[Any] | None, None)], gc=False)
        return Decoder(reply)


def _struct(name: str, fields: list[_Field], slots: list[Slot]) -> type[Struct]:
    rename = {slot.attribute: slot.key for slot in slots}
    return defstruct(name, fields, rename=rename, kw_only=True, gc=False, eq=False)


def _shown(type_: Any) -> str:
    plain = isinstance(type_, type) and not get_args(type_)
    return type_.__name__ if plain else str(type_).replace(f"{__name__}.", "").replace("typing.", "")
