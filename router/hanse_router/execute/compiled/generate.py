"""Python made for one plan: finding objects, sending representations, writing what came, hiding what was not asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.json import Decoder

from hanse_router.execute.compiled.finders import Places
from hanse_router.execute.compiled.layout import GroupOverlay, Overlay
from hanse_router.execute.compiled.representations import Batch, Batches, passed_over
from hanse_router.execute.compiled.shape import Shape, Slot
from hanse_router.execute.compiled.source import LACKING, Lists, Writer


class Code:
    """The functions of one plan."""

    def __init__(self, overlay: Overlay, shared: Mapping[Slot, Decoder[Any]]) -> None:
        self._writer = Writer()
        self._places = Places(self._writer, shared)
        batches = Batches(self._writer, self._places)
        self.batch: dict[int, list[Callable[[Any, Lists], Batch]]] = {}
        self.write: dict[int, list[Callable[[Any, list[list[Any]], Lists], None]]] = {}
        sources = {id_: [overlay.fetches[id_]] for id_ in overlay.roots} | overlay.groups
        self.unfold = {
            id_: self._unfold([one for one in _slots(overlay.root) if one[1].shared and one[1].source in made], shared)
            for id_, made in sources.items()
        }
        self.fold = self._fold(overlay.root)
        for id_, groups in overlay.groups.items():
            self.batch[id_] = [batches.function(group) for group in groups]
            self.write[id_] = [self._write(group) for group in groups]
        self.copy = {id_: self._copy(brings) for id_, brings in overlay.roots.items()}
        self.finish = self._finish(overlay.root)
        self.lists = self._places.count

    def _copy(self, brings: dict[str, tuple[Slot, bool]]) -> Callable[[Any, Any], None]:
        writer = self._writer
        writer.line(1, "pass")
        for slot, _ in brings.values():
            if not slot.hidden or slot.needed:
                writer.line(1, f"root.{slot.attribute} = data.{slot.attribute}")
        return writer.function("root, data")

    def _write(self, group: GroupOverlay) -> Callable[[Any, list[list[Any]], Lists], None]:
        writer = self._writer
        writer.line(1, "if len(entities) < len(targets): raise Fallback")
        writer.line(1, "for e, objects in zip(entities, targets):")
        passed_over(writer, 2, "e is None", group)
        brought = [(slot.attribute, always) for slot, always in group.brings.values() if not slot.hidden or slot.needed]
        for attribute, _ in brought:
            writer.line(2, f"{attribute} = e.{attribute}")
        writer.line(2, "for o in objects:")
        writer.line(3, "pass")
        for attribute, always in brought:
            condition = "" if always else f"if {attribute} is not UNSET: "
            writer.line(3, f"{condition}o.{attribute} = {attribute}")
        return writer.function("entities, targets, lists")

    def _finish(self, root: Shape) -> Callable[[Any, Lists], None]:
        """Puts nulls where nothing came, hides what the client did not ask for, and tells where it cannot."""
        work = [shape for shape in root.walk() if shape.abstract or any(slot.needed for slot in shape.hidden.values())]
        places = [self._places.of(shape) for shape in work]
        lacking = self._lacking(root)
        writer = self._writer
        writer.line(1, "pass")
        self._fill_up(lacking)
        for shape, number in zip(work, places, strict=True):
            writer.line(1, f"for o in {self._places.all(number)}:")
            if shape.abstract:
                self._settle(shape)
            for slot in shape.hidden.values():
                if slot.needed:
                    writer.line(2, f"o.{slot.attribute} = UNSET")
        return writer.function("root, lists")

    def _unfold(
        self, shared: list[tuple[Shape, Slot]], decoders: Mapping[Slot, Decoder[Any]]
    ) -> Callable[[Any, Lists], None] | None:
        """Decodes each text of the shared fields that a fetch brought, once; keeps it with the objects it is under."""
        if not shared:
            return None
        parts: list[Callable[[Any, Lists], None]] = []
        writer = self._writer
        for shape, slot in shared:  # outer ones first
            parents = self._places.of(shape)
            entries, objects = self._places.entries[slot]
            value = f"o.{slot.attribute}"
            writer.line(1, "made = {}")
            writer.line(1, "get = made.get")
            writer.line(1, f"for o in {self._places.all(parents)}:")
            writer.line(2, f"if type({value}) is not Raw: continue")  # null, or an object met before
            writer.line(2, f"text = bytes({value})")
            writer.line(2, "entry = get(text)")
            writer.line(2, "if entry is None:")
            writer.line(3, f"entry = made[text] = [{writer.constant(decoders[slot].decode)}(text)]")
            writer.line(2, f"{value} = entry[0]")
            writer.line(2, "entry.append(o)")
            writer.line(1, f"lists[{entries}] = entries = list(made.values())")
            loops = "for entry in entries for o0 in [entry[0]] if o0"
            for level in range(len(slot.lists)):
                loops += f" for o{level + 1} in o{level} if o{level + 1}"
            writer.line(1, f"lists[{objects}] = [o{len(slot.lists)} {loops}]")
            parts.append(writer.function("root, lists"))
        if len(parts) == 1:
            return parts[0]

        def unfold(root: Any, lists: Lists) -> None:
            for part in parts:
                part(root, lists)

        return unfold

    def _fold(self, root: Shape) -> Callable[[Lists], None]:
        """Encodes once what stands in several places."""
        writer = self._writer
        writer.line(1, "pass")
        for _, slot in reversed([one for one in _slots(root) if one[1].shared]):  # inner ones first
            writer.line(1, f"for entry in lists[{self._places.entries[slot][0]}] or ():")
            writer.line(2, "if len(entry) > 2:")
            writer.line(3, "text = Raw(dumps(entry[0]))")
            writer.line(3, "for o in entry[1:]:")
            writer.line(4, f"o.{slot.attribute} = text")
        return writer.function("lists")

    def _lacking(self, root: Shape) -> list[tuple[int, list[Slot]]]:
        """The places whose objects may lack fields because their entity did not come."""
        shapes = [(one, [slot for slot in one.visible.values() if slot.may_lack]) for one in root.walk()]
        return [(self._places.of(one), slots) for one, slots in shapes if slots and not one.abstract]

    def _fill_up(self, lacking: list[tuple[int, list[Slot]]]) -> None:
        """Null for these fields: they were told apart from a null that came, for the sake of representations."""
        writer = self._writer
        if lacking:
            writer.line(1, f"if lists[{LACKING}]:")
        for number, slots in lacking:
            writer.line(2, f"for o in {self._places.all(number)}:")
            for slot in slots:
                writer.line(3, f"if o.{slot.attribute} is UNSET: o.{slot.attribute} = None")

    def _settle(self, shape: Shape) -> None:
        """The body of the loop over objects of an abstract place, by their type."""
        writer = self._writer
        typename = shape.find("__typename")
        assert typename is not None
        writer.line(2, f"t = o.{typename.attribute}")
        writer.line(2, "if t is UNSET: continue")  # shared with another object, and settled there
        for number, name in enumerate(shape.types):
            writer.line(2, f"{'elif' if number else 'if'} t == {writer.constant(name)}:")
            writer.line(3, "pass")
            keys = shape.of_type[name]
            for key, slot in shape.visible.items():
                if slot.typename and key in keys:
                    continue
                value = f"o.{slot.attribute}"
                if key not in keys:
                    writer.line(3, f"{value} = UNSET")
                elif keys[key]:
                    writer.line(3, f"if {value} is None or {value} is UNSET: raise Fallback")
                elif slot.later:
                    writer.line(3, f"if {value} is UNSET: {value} = None")
                elif slot.brought != "always":
                    writer.line(3, f"if {value} is UNSET: raise Fallback")


def _slots(root: Shape) -> list[tuple[Shape, Slot]]:
    """Every field of the response with the place that it stands at, outer ones first."""
    return [(shape, slot) for shape in root.walk() for slot in shape.visible.values()]
