"""Writes the functions of one plan: represent objects, write entities, decode and encode, complete the response."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.json import Decoder

from hanse_router.execute.compiled.finders import Finders
from hanse_router.execute.compiled.layout import GroupOverlay, Overlay
from hanse_router.execute.compiled.representations import Batch, Representations, skip_object
from hanse_router.execute.compiled.shape import Shape, Slot
from hanse_router.execute.compiled.source import LACKING, Function, Lists, Source


class Code:
    """The compiled functions of one plan, by fetch id and group index."""

    def __init__(self, overlay: Overlay, shared: Mapping[Slot, Decoder[Any]]) -> None:
        self._source = Source()
        self._finders = Finders(self._source, shared)
        representations = Representations(self._source, self._finders)
        origins: dict[int, list[object]] = {id_: [overlay.fetches[id_]] for id_ in overlay.roots}
        origins |= {id_: list(groups) for id_, groups in overlay.groups.items()}
        decoded = [id_ for id_, made in origins.items() if self._decode_shared(f"decode_{id_}", overlay, made, shared)]
        self._encode_shared(overlay.root)
        for id_, groups in overlay.groups.items():
            for index, group in enumerate(groups):
                representations.function(f"represent_{id_}_{index}", group)
                self._write_entities(f"write_{id_}_{index}", group)
        for id_, brings in overlay.roots.items():
            self._write_root(f"write_{id_}", brings)
        self._complete(overlay.root)

        module = self._source.compile()
        self.module = module
        self.lists = self._finders.count
        self.represent: dict[int, list[Callable[[Any, Lists], Batch]]] = {
            id_: [module[f"represent_{id_}_{index}"] for index in range(len(groups))]
            for id_, groups in overlay.groups.items()
        }
        self.write_entities: dict[int, list[Callable[[Any, list[list[Any]], Lists], None]]] = {
            id_: [module[f"write_{id_}_{index}"] for index in range(len(groups))]
            for id_, groups in overlay.groups.items()
        }
        self.write_root: dict[int, Callable[[Any, Any], None]] = {id_: module[f"write_{id_}"] for id_ in overlay.roots}
        self.decode_shared: dict[int, Callable[[Any, Lists], None] | None] = {
            id_: module[f"decode_{id_}"] if id_ in decoded else None for id_ in origins
        }
        self.encode_shared: Callable[[Lists], None] = module["encode_shared"]
        self.complete: Callable[[Any, Lists], None] = module["complete"]

    def _write_root(self, name: str, brings: dict[str, tuple[Slot, bool]]) -> None:
        """The function that writes a root fetch's data into the root object."""
        code = self._source.function(name, "root, data", "Write the data of a root fetch.")
        for slot, _ in brings.values():
            if not slot.hidden or slot.needed:
                code.line(1, f"root.{slot.attribute} = data.{slot.attribute}")

    def _write_entities(self, name: str, group: GroupOverlay) -> None:
        """The function that writes a group's entities into the objects that they were fetched for."""
        purpose = f"Write entities of {group.group.alias} into the objects that they were fetched for."
        code = self._source.function(name, "entities, targets, lists", purpose)
        code.line(1, "if len(entities) < len(targets): raise Fallback")
        code.line(1, "for e, objects in zip(entities, targets):")
        skip_object(code, 2, "e is None", group)
        brought = [(slot.attribute, always) for slot, always in group.brings.values() if not slot.hidden or slot.needed]
        for attribute, _ in brought:
            code.line(2, f"{attribute} = e.{attribute}")
        if brought:
            code.line(2, "for o in objects:")
        for attribute, always in brought:
            condition = "" if always else f"if {attribute} is not UNSET: "
            code.line(3, f"{condition}o.{attribute} = {attribute}")

    def _complete(self, root: Shape) -> None:
        """The function that puts nulls where nothing was fetched and unsets what the client did not select.

        It raises Fallback where a non-null field is null.
        """
        work = [shape for shape in root.walk() if shape.abstract or any(slot.needed for slot in shape.hidden.values())]
        lists = [self._finders.of(shape) for shape in work]
        lacking = self._lacking(root)
        code = self._source.function("complete", "root, lists", "Put nulls, unset what is not selected.")
        self._fill_nulls(code, lacking)
        for shape, number in zip(work, lists, strict=True):
            code.line(1, f"for o in {self._finders.all(number)}:")
            if shape.abstract:
                self._complete_abstract(code, shape)
            for slot in shape.hidden.values():
                if slot.needed:
                    code.line(2, f"o.{slot.attribute} = UNSET")

    def _decode_shared(
        self, name: str, overlay: Overlay, origins: Iterable[object], decoders: Mapping[Slot, Decoder[Any]]
    ) -> bool:
        """The function that decodes each distinct text of deduplicated fields once, and notes its objects.

        Returns whether the fetch has such fields: else there is no function.
        """
        shared = [one for one in _slots(overlay.root) if one[1].shared and one[1].source in origins]
        if not shared:
            return False
        parents = [self._finders.of(shape) for shape, _ in shared]
        code = self._source.function(name, "root, lists", "Decode each distinct text of repeated values once.")
        for (_, slot), parent in zip(shared, parents, strict=True):  # outer ones first
            entries, objects = self._finders.entries[slot]
            value = f"o.{slot.attribute}"
            code.line(1, "made = {}")
            code.line(1, "get = made.get")
            code.line(1, f"for o in {self._finders.all(parent)}:")
            code.line(2, f"if type({value}) is not Raw: continue")  # null, or an object that was visited
            code.line(2, f"text = bytes({value})")
            code.line(2, "entry = get(text)")
            code.line(2, "if entry is None:")
            code.line(3, f"entry = made[text] = [{self._source.constant(decoders[slot].decode)}(text)]")
            code.line(2, f"{value} = entry[0]")
            code.line(2, "entry.append(o)")
            code.line(1, f"lists[{entries}] = entries = list(made.values())")
            loops = "for entry in entries for o0 in [entry[0]] if o0"
            for level in range(len(slot.lists)):
                loops += f" for o{level + 1} in o{level} if o{level + 1}"
            code.line(1, f"lists[{objects}] = [o{len(slot.lists)} {loops}]")
        return True

    def _encode_shared(self, root: Shape) -> None:
        """The function that encodes each value of deduplicated fields once."""
        code = self._source.function("encode_shared", "lists", "Encode each distinct repeated value once.")
        for _, slot in reversed([one for one in _slots(root) if one[1].shared]):  # inner ones first
            code.line(1, f"for entry in lists[{self._finders.entries[slot][0]}] or ():")
            code.line(2, "if len(entry) > 2:")
            code.line(3, "text = Raw(encode(entry[0]))")
            code.line(3, "for o in entry[1:]:")
            code.line(4, f"o.{slot.attribute} = text")

    def _lacking(self, root: Shape) -> list[tuple[int, list[Slot]]]:
        """The lists of objects that may lack fields because their entity was not fetched."""
        shapes = [(one, [slot for slot in one.visible.values() if slot.may_lack]) for one in root.walk()]
        return [(self._finders.of(one), slots) for one, slots in shapes if slots and not one.abstract]

    def _fill_nulls(self, code: Function, lacking: list[tuple[int, list[Slot]]]) -> None:
        """Null for fields that stayed UNSET, since representations must not take them for fetched nulls."""
        if lacking:
            code.line(1, f"if lists[{LACKING}]:")
        for number, slots in lacking:
            code.line(2, f"for o in {self._finders.all(number)}:")
            for slot in slots:
                code.line(3, f"if o.{slot.attribute} is UNSET: o.{slot.attribute} = None")

    def _complete_abstract(self, code: Function, shape: Shape) -> None:
        """The body of the loop over objects of an abstract type: what each concrete type selects."""
        typename = shape.find("__typename")
        assert typename is not None
        code.line(2, f"t = o.{typename.attribute}")
        code.line(2, "if t is UNSET: continue")  # one object at several paths, completed before
        for number, name in enumerate(shape.types):
            code.line(2, f"{'elif' if number else 'if'} t == {self._source.constant(name)}:")
            code.line(3, "pass")
            keys = shape.of_type[name]
            for key, slot in shape.visible.items():
                if slot.typename and key in keys:
                    continue
                value = f"o.{slot.attribute}"
                if key not in keys:
                    code.line(3, f"{value} = UNSET")
                elif keys[key]:
                    code.line(3, f"if {value} is None or {value} is UNSET: raise Fallback")
                elif slot.later:
                    code.line(3, f"if {value} is UNSET: {value} = None")
                elif slot.brought != "always":
                    code.line(3, f"if {value} is UNSET: raise Fallback")


def _slots(root: Shape) -> list[tuple[Shape, Slot]]:
    """Every field of the response with its object's shape, outer ones first."""
    return [(shape, slot) for shape in root.walk() for slot in shape.visible.values()]
