"""A msgspec Struct for the objects at each response path: replies are decoded directly into the client's shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

from msgspec import UNSET, Raw, Struct, UnsetType, defstruct
from msgspec.json import Decoder
from msgspec.structs import fields as fields_of

from hanse_router.execute.compiled.layout import FieldLayout, GroupLayout, Layout, ObjectLayout, WrittenField
from hanse_router.execute.compiled.supply import Fetched

_Member = tuple[str, Any] | tuple[str, Any, Any]


class Structs:
    """The classes of one plan, and the decoders of its replies by the fetch's id."""

    def __init__(self, layout: Layout) -> None:
        self._classes: dict[ObjectLayout, type[Struct]] = {}
        self.root = self._class(layout.root)
        self.decoders: dict[int, Decoder[Any]] = {}
        self.shared: dict[FieldLayout, Decoder[Any]] = {
            field: Decoder(self._annotation(field) if field.non_null else self._annotation(field) | None)
            for object_ in layout.root.walk()
            for field in object_.selected()
            if field.deduplicated
        }
        for id_, written in layout.roots.items():
            non_null = {key for key, one in written.items() if one.field.non_null and one.field.selected}
            self.decoders[id_] = self._decoder(self._partial(written, non_null))
        for id_, groups in layout.groups.items():
            self.decoders[id_] = self._decoder(self._entities(groups))

    def _class(self, object_: ObjectLayout) -> type[Struct]:
        made = self._classes.get(object_)
        if made is None:
            fields = object_.in_memory()
            members = [self._member(object_, field) for field in fields]
            made = self._classes[object_] = _struct(f"Object{len(self._classes)}", members, fields)
        return made

    def _member(self, object_: ObjectLayout, field: FieldLayout) -> _Member:
        name = field.attribute
        if field.typename and not object_.abstract:
            return name, Literal[object_.types], object_.types[0]
        inner = self._annotation(field)
        if field.typename:
            return name, inner
        if field.fetched is Fetched.ALWAYS:
            if field.deduplicated:
                return name, Raw
            return name, inner if _is_never_null(object_, field) else inner | None
        if object_.abstract or field.temporary or field.stays_unset:
            return name, inner | None | UnsetType, UNSET
        return name, inner | None, None

    def _annotation(self, field: FieldLayout) -> Any:
        inner: Any = field.annotation if field.below is None else self._class(field.below)
        for nullable in reversed(field.lists):
            inner = list[inner | None] if nullable else list[inner]
        return inner

    def _partial(self, written: Mapping[str, WrittenField], non_null: Iterable[str]) -> type[Struct]:
        """The class of what one fetch writes into objects."""
        members: list[_Member] = []
        fields = [one.field for one in written.values() if one.field.in_memory]
        for field in fields:
            inner = self._annotation(field)
            if field.deduplicated:
                members.append((field.attribute, Raw))
            elif not written[field.key].always:
                members.append((field.attribute, inner | None | UnsetType, UNSET))
            else:
                members.append((field.attribute, inner if field.key in non_null else inner | None))
        return _struct("Written", members, fields)

    def _entities(self, groups: Sequence[GroupLayout]) -> type[Struct]:
        """The class of the data of an entity fetch: a list of entities, or null for each, under the groups' aliases."""
        members: list[_Member] = [
            (f"g{index}", list[self._partial(group.written, group.non_null) | None])  # type: ignore[misc]
            for index, group in enumerate(groups)
        ]
        rename = {f"g{index}": group.group.alias for index, group in enumerate(groups)}
        return defstruct("Entities", members, rename=rename, kw_only=True, gc=False, eq=False)

    def listing(self) -> str:
        """The classes of the response in lines of comments: attribute, response key and type of each field."""
        lines: list[str] = []
        for object_, made in self._classes.items():
            lines.append(f"# class {made.__name__}: {' | '.join(object_.types)}")
            lines += [f"#     {one.name} = {one.encode_name!r}: {_shown(one.type)}" for one in fields_of(made)]
        return "\n".join(lines)

    @staticmethod
    def _decoder(data: Any) -> Decoder[Any]:
        reply = defstruct("Reply", [("data", data | None, None), ("errors", list[Any] | None, None)], gc=False)
        return Decoder(reply)


def _is_never_null(object_: ObjectLayout, field: FieldLayout) -> bool:
    """Whether no object of the layout may have null there."""
    if not field.selected:
        return False
    if not object_.abstract:
        return field.non_null
    return all(keys.get(field.key, False) for keys in object_.of_type.values())


def _struct(name: str, members: list[_Member], fields: Iterable[FieldLayout]) -> type[Struct]:
    rename = {field.attribute: field.key for field in fields}
    return defstruct(name, members, rename=rename, kw_only=True, gc=False, eq=False)


def _shown(type_: Any) -> str:
    plain = isinstance(type_, type) and not get_args(type_)
    return type_.__name__ if plain else str(type_).replace(f"{__name__}.", "").replace("typing.", "")
