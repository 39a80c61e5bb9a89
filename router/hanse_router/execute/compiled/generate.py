"""Writes the functions of one plan: represent objects, write entities, decode and encode, complete the response."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.json import Decoder

from hanse_router.execute.compiled.finders import Finders
from hanse_router.execute.compiled.layout import FieldLayout, GroupLayout, Layout, ObjectLayout, WrittenField
from hanse_router.execute.compiled.representations import Batch, Representations, skip_object
from hanse_router.execute.compiled.source import LACKING, Function, Lists, Source
from hanse_router.execute.compiled.supply import Fetched


class Code:
    """The compiled functions of one plan, by fetch id and group index."""

    def __init__(self, layout: Layout, decoders: Mapping[FieldLayout, Decoder[Any]]) -> None:
        """`decoders` decode the values of deduplicated fields."""
        self._layout = layout
        self._source = Source()
        self._finders = Finders(self._source, layout)
        representations = Representations(self._source, self._finders)
        for id_ in (*layout.roots, *layout.groups):
            self._decode_shared(f"decode_{id_}", id_, decoders)
        self._encode_shared()
        for id_, groups in layout.groups.items():
            for index, group in enumerate(groups):
                representations.function(f"represent_{id_}_{index}", group)
                self._write_entities(f"write_{id_}_{index}", group)
        for id_, written in layout.roots.items():
            self._write_root(f"write_{id_}", written)
        self._complete()

        module = self.module = self._source.compile()
        self.lists = self._finders.count
        self.represent: dict[int, list[Callable[[Any, Lists], Batch]]] = {
            id_: [module[f"represent_{id_}_{index}"] for index in range(len(groups))]
            for id_, groups in layout.groups.items()
        }
        self.write_entities: dict[int, list[Callable[[Any, list[list[Any]], Lists], None]]] = {
            id_: [module[f"write_{id_}_{index}"] for index in range(len(groups))]
            for id_, groups in layout.groups.items()
        }
        self.write_root: dict[int, Callable[[Any, Any], None]] = {id_: module[f"write_{id_}"] for id_ in layout.roots}
        self.decode_shared: dict[int, Callable[[Any, Lists], None] | None] = {
            id_: module[f"decode_{id_}"] if self._deduplicated(id_) else None for id_ in (*layout.roots, *layout.groups)
        }
        self.encode_shared: Callable[[Lists], None] = module["encode_shared"]
        self.complete: Callable[[Any, Lists], None] = module["complete"]

    def _write_root(self, name: str, written: Mapping[str, WrittenField]) -> None:
        """The function that writes a root fetch's data into the root object."""
        code = self._source.function(name, "root, data", "Write the data of a root fetch.")
        for one in written.values():
            if one.field.in_memory:
                code.line(1, f"root.{one.field.attribute} = data.{one.field.attribute}")

    def _write_entities(self, name: str, group: GroupLayout) -> None:
        """The function that writes a group's entities into the objects that they were fetched for."""
        purpose = f"Write entities of {group.group.alias} into the objects that they were fetched for."
        code = self._source.function(name, "entities, targets, lists", purpose)
        code.line(1, "if len(entities) != len(targets): raise Fallback")
        code.line(1, "for e, objects in zip(entities, targets):")
        skip_object(code, 2, "e is None", group)
        written = [(one.field.attribute, one.always) for one in group.written.values() if one.field.in_memory]
        for attribute, _ in written:
            code.line(2, f"{attribute} = e.{attribute}")
        if written:
            code.line(2, "for o in objects:")
        for attribute, always in written:
            condition = "" if always else f"if {attribute} is not UNSET: "
            code.line(3, f"{condition}o.{attribute} = {attribute}")

    def _complete(self) -> None:
        """The function that puts nulls where nothing was fetched and unsets what the client did not select.

        It raises Fallback where a non-null field is null.
        """
        objects = [one for one in self._layout.root.walk() if one.abstract or one.temporary()]
        lists = [self._finders.of(one) for one in objects]
        lacking = self._lacking()
        code = self._source.function("complete", "root, lists", "Put nulls, unset what is not selected.")
        self._fill_nulls(code, lacking)
        for object_, number in zip(objects, lists, strict=True):
            code.line(1, f"for o in {self._finders.all(number)}:")
            if object_.abstract:
                self._complete_abstract(code, object_)
            for field in object_.temporary():
                code.line(2, f"o.{field.attribute} = UNSET")

    def _deduplicated(self, id_: int | None = None) -> list[tuple[ObjectLayout, FieldLayout]]:
        """The deduplicated fields, outer ones first: all, or those whose objects a fetch brings."""
        return [
            (object_, field)
            for object_ in self._layout.root.walk()
            for field in object_.selected()
            if field.deduplicated and (id_ is None or (field.source is not None and field.source[0] == id_))
        ]

    def _decode_shared(self, name: str, id_: int, decoders: Mapping[FieldLayout, Decoder[Any]]) -> None:
        """The function that decodes each distinct text of deduplicated fields once; none if there are no such fields.

        It keeps each value with the objects that have it.
        """
        shared = self._deduplicated(id_)
        if not shared:
            return
        parents = [self._finders.of(object_) for object_, _ in shared]
        code = self._source.function(name, "root, lists", "Decode each distinct text of repeated values once.")
        for (_, field), parent in zip(shared, parents, strict=True):
            entries, objects = self._finders.entries[field]
            value = f"o.{field.attribute}"
            code.line(1, "made = {}")
            code.line(1, "get = made.get")
            code.line(1, f"for o in {self._finders.all(parent)}:")
            code.line(2, f"if type({value}) is not Raw: continue")  # null, or an object that was visited
            code.line(2, f"text = bytes({value})")
            code.line(2, "entry = get(text)")
            code.line(2, "if entry is None:")
            code.line(3, f"entry = made[text] = [{self._source.constant(decoders[field].decode)}(text)]")
            code.line(2, f"{value} = entry[0]")
            code.line(2, "entry.append(o)")
            code.line(1, f"lists[{entries}] = entries = list(made.values())")
            loops = "for entry in entries for o0 in [entry[0]] if o0"
            for level in range(len(field.lists)):
                loops += f" for o{level + 1} in o{level} if o{level + 1}"
            code.line(1, f"lists[{objects}] = [o{len(field.lists)} {loops}]")

    def _encode_shared(self) -> None:
        """The function that encodes each value of deduplicated fields once."""
        code = self._source.function("encode_shared", "lists", "Encode each distinct repeated value once.")
        for _, field in reversed(self._deduplicated()):  # inner ones first
            code.line(1, f"for entry in lists[{self._finders.entries[field][0]}] or ():")
            code.line(2, "if len(entry) > 2:")
            code.line(3, "text = Raw(encode(entry[0]))")
            code.line(3, "for o in entry[1:]:")
            code.line(4, f"o.{field.attribute} = text")

    def _lacking(self) -> list[tuple[int, Sequence[FieldLayout]]]:
        """The lists of objects that may lack fields because their entity was not fetched, with these fields."""
        found = [(one, [field for field in one.selected() if field.stays_unset]) for one in self._layout.root.walk()]
        return [(self._finders.of(one), fields) for one, fields in found if fields and not one.abstract]

    def _fill_nulls(self, code: Function, lacking: list[tuple[int, Sequence[FieldLayout]]]) -> None:
        """Null for fields that stayed UNSET, since representations must not take them for fetched nulls."""
        if lacking:
            code.line(1, f"if lists[{LACKING}]:")
        for number, fields in lacking:
            code.line(2, f"for o in {self._finders.all(number)}:")
            for field in fields:
                code.line(3, f"if o.{field.attribute} is UNSET: o.{field.attribute} = None")

    def _complete_abstract(self, code: Function, object_: ObjectLayout) -> None:
        """The body of the loop over objects of an abstract type: what each concrete type selects."""
        code.line(2, f"t = o.{object_.fields['__typename'].attribute}")
        code.line(2, "if t is UNSET: continue")  # one object at several paths, completed before
        for number, name in enumerate(object_.types):
            code.line(2, f"{'elif' if number else 'if'} t == {self._source.constant(name)}:")
            code.line(3, "pass")
            keys = object_.of_type[name]
            for field in object_.selected():
                if field.typename and field.key in keys:
                    continue
                value = f"o.{field.attribute}"
                if field.key not in keys:
                    code.line(3, f"{value} = UNSET")
                elif keys[field.key]:
                    code.line(3, f"if {value} is None or {value} is UNSET: raise Fallback")
                elif field.fetched is Fetched.LATER:
                    code.line(3, f"if {value} is UNSET: {value} = None")
                elif field.fetched is not Fetched.ALWAYS:
                    code.line(3, f"if {value} is UNSET: raise Fallback")
