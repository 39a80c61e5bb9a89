"""Python made for one plan: finding objects, sending representations, writing what came, hiding what was not asked.

Only names made here and constants passed beside the text stand in the text: nothing of a client's or a subgraph's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_origin

from msgspec import UNSET, Raw, Struct, defstruct
from msgspec.json import Decoder

from router.executor.entities import MISSING, copier, encode, null_below
from router.executor.fast.overlay import Fields, GroupOverlay, Overlay, RouteStep, Target
from router.executor.fast.shape import HASHED_AS_SENT, Shape, Slot, Unsupported

Batch = tuple[
    bytes, list[list[Any]]
]  # the list of representations, encoded; for each the objects that its entity goes to
Lists = list[Any]  # the objects at each place, and how they were sent: found once per run


class Fallback(Exception):
    """This run met something that only the general path knows."""


class Writer:
    """Lines of a function, with constants by generated names."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {
            "UNSET": UNSET,
            "Raw": Raw,
            "Fallback": Fallback,
            "dumps": encode,
        }
        self._lines: list[str] = []

    def line(self, depth: int, text: str) -> None:
        """Add a line."""
        self._lines.append("    " * depth + text)

    def constant(self, value: Any) -> str:
        """The name of a constant."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def function(self, head: str) -> Callable[..., Any]:
        """The function made of the lines so far."""
        text = "\n".join([f"def made({head}):", *self._lines])
        self._lines = []
        exec(compile(text, "<plan>", "exec"), self.names)
        made: Callable[..., Any] = self.names["made"]
        return made


@dataclass(slots=True, eq=False)
class _Bucketing:
    """How a group's objects fall into representations: by which keys, of the objects at which places."""

    group: GroupOverlay
    sent: str
    fields: Fields
    required: frozenset[str]
    key: frozenset[str]
    places: tuple[int, ...]
    number: int  # of the list of buckets
    earlier: int | None = None  # the list of a group whose buckets are the same


class Code:
    """The functions of one plan."""

    def __init__(self, overlay: Overlay, shared: Mapping[Slot, Decoder[Any]]) -> None:
        self._writer = Writer()
        self._bucketings: list[_Bucketing] = []
        self._places: dict[tuple[tuple[int, tuple[str, ...] | None], ...], int] = {}
        self.lists = 1  # the first one tells whether some object lacks a field that others have
        self.batch: dict[int, list[Callable[[Any, Lists], Batch]]] = {}
        self.write: dict[int, list[Callable[[Any, list[list[Any]], Lists], None]]] = {}
        self._entries: dict[Slot, tuple[int, int]] = {slot: (self._list(), self._list()) for slot in shared}
        sources = {id_: [overlay.fetches[id_]] for id_ in overlay.roots} | overlay.groups
        self.unfold = {
            id_: self._unfold([one for one in _slots(overlay.root) if one[1].shared and one[1].source in made], shared)
            for id_, made in sources.items()
        }
        self.fold = self._fold(overlay.root)
        for id_, groups in overlay.groups.items():
            self.batch[id_] = [self._batch(group) for group in groups]
            self.write[id_] = [self._write(group) for group in groups]
        self.copy = {id_: self._copy(brings) for id_, brings in overlay.roots.items()}
        self.finish = self._finish(overlay.root)

    def _copy(self, brings: dict[str, tuple[Slot, bool]]) -> Callable[[Any, Any], None]:
        writer = self._writer
        writer.line(1, "pass")
        for slot, _ in brings.values():
            if not slot.hidden or slot.needed:
                writer.line(1, f"root.{slot.attribute} = data.{slot.attribute}")
        return writer.function("root, data")

    def _place(self, route: tuple[RouteStep, ...]) -> int:
        """The number of a place's finder, which fills `lists` when it is first asked."""
        key = tuple((id(step.slot), step.types) for step in route)
        known = self._places.get(key)
        if known is not None:
            return known
        # What is found for the way there, if that is asked too, is not looked for again.
        before = len(route) - 1
        while before and tuple(key[:before]) not in self._places:
            before -= 1
        once = max((place for place, step in enumerate(route) if step.slot.shared), default=-1)
        name, count = "o0", 0
        if once >= before:  # each of the objects that are shared is looked at once
            before = once + 1
            loops = [f"for o0 in lists[{self._entries[route[once].slot][1]}] or ()", *self._of_types(name, route[once])]
        elif before:
            parent = self._places[tuple(key[:before])]
            loops = [f"for o0 in {self._all(parent)}"]
        else:
            loops = ["for o0 in (root,)"]
        for step in route[before:]:
            depth = len(step.slot.lists)
            source = f"{name}.{step.slot.attribute}"
            for level in range(depth + 1):
                count += 1
                name = f"o{count}"
                loops.append(f"for {name} in {source if level else f'[{source}]'} if {name}")
                source = name
            loops += self._of_types(name, step)
        number = self._list()
        self._writer.line(1, f"found = lists[{number}] = [{name} {' '.join(loops)}]")
        self._writer.line(1, "return found")
        finder = self._writer.function("root, lists")
        self._writer.names[self._finder_name(number)] = finder
        self._places[key] = number
        return number

    def _of_types(self, name: str, step: RouteStep) -> list[str]:
        shape = step.slot.shape
        assert shape is not None
        typename = shape.find("__typename")
        if step.types is None or typename is None or not shape.abstract:
            return []
        return [f"if {name}.{typename.attribute} in {self._writer.constant(frozenset(step.types))}"]

    def _list(self) -> int:
        """The number of a list that is filled once per run."""
        self.lists += 1
        return self.lists - 1

    @staticmethod
    def _finder_name(number: int) -> str:
        return f"find{number}"

    def _all(self, number: int) -> str:
        return f"(lists[{number}] if lists[{number}] is not None else {self._finder_name(number)}(root, lists))"

    def _batch(self, group: GroupOverlay) -> Callable[[Any, Lists], Batch]:
        targets = [target for target in group.targets if target.types]
        numbers = [self._place(target.route) for target in targets]
        names = {sent or name for target in targets for name, (sent, _) in target.inputs.items()}
        writer = self._writer
        writer.line(1, "sent = []")
        writer.line(1, "send = sent.append")
        bucketing = self._bucketing(group, targets, numbers)
        if bucketing is not None:
            self._by_known_buckets(bucketing)
        writer.line(1, "index = {}")
        writer.line(1, "get = index.get")
        for number, target in zip(numbers, targets, strict=True):
            writer.line(1, f"for o in {self._all(number)}:")
            self._representations(target, group, tagged=len(names) > 1)
        writer.line(1, "found = list(index.values())")
        if bucketing is not None:
            writer.line(1, f"lists[{bucketing.number}] = found")
        writer.line(1, "return dumps(sent), found")
        return writer.function("root, lists")

    def _bucketing(self, group: GroupOverlay, targets: list[Target], numbers: list[int]) -> _Bucketing | None:
        """What is known of how the group's objects fall into representations; None where that is not simple."""
        ways = [way for target in targets for way in target.inputs.items()]
        seen = {
            (sent or name, tuple((one.name, one.slot.attribute, one.selections) for one in fields))
            for name, (sent, fields) in ways
        }
        if len(seen) != 1 or any(len(target.inputs) != 1 for target in targets):
            return None
        (sent, _), fields = next(iter(seen)), ways[0][1][1]
        required = frozenset(one.slot.key for one in fields)
        key = frozenset(one.slot.key for one in fields if one.key is not None)
        made = _Bucketing(group, sent, fields, required, key, tuple(numbers), self._list())
        for earlier in self._bucketings:
            brought = {key for key, (_, always) in earlier.group.brings.items() if always}
            if (
                earlier.places == made.places
                and earlier.sent == made.sent
                and earlier.key == made.key
                and earlier.required <= required <= earlier.required | brought
            ):
                made.earlier = earlier.number
        self._bucketings.append(made)
        return made

    def _by_known_buckets(self, bucketing: _Bucketing) -> None:
        """Objects that an earlier group sent as one are sent as one again: only the first of them is read."""
        if bucketing.earlier is None:
            return
        writer = self._writer
        writer.line(1, f"buckets = lists[{bucketing.earlier}]")
        writer.line(1, "if buckets is not None:")
        writer.line(2, f"found = lists[{bucketing.number}] = []")
        writer.line(2, "for objects in buckets:")
        writer.line(3, "o = objects[0]")
        writer.line(3, f"send({self._values(3, bucketing.sent, bucketing.fields, bucketing.group)})")
        writer.line(3, "found.append(objects)")
        writer.line(2, "return dumps(sent), found")

    def _representations(self, target: Target, group: GroupOverlay, *, tagged: bool) -> None:
        """The body of the loop over one target's objects; `tagged` keys hold the type's name."""
        writer = self._writer
        ways: dict[tuple[str, Fields], list[str]] = {}
        for name, (sent, fields) in target.inputs.items():
            ways.setdefault((sent or name, fields), []).append(name)
        if len(ways) > 1:
            typename = target.shape.find("__typename")
            assert typename is not None
            writer.line(2, f"t = o.{typename.attribute}")
        for number, ((sent, fields), names) in enumerate(ways.items()):
            depth = 2
            if len(ways) > 1:
                writer.line(2, f"{'elif' if number else 'if'} t in {writer.constant(frozenset(names))}:")
                depth = 3
            self._representation(depth, sent, fields, group, tagged)

    def _representation(self, depth: int, sent: str, fields: Fields, group: GroupOverlay, tagged: bool) -> None:
        writer = self._writer
        made = self._values(depth, sent, fields, group)
        if all(_is_hashed_as_sent(one.slot) for one in fields):
            variables = ", ".join(_variables(fields))
            writer.line(depth, f"k = {writer.constant(sent)}, {variables}" if tagged else f"k = {variables}")
        else:
            writer.line(depth, f"k = dumps({made})")
            made = "Raw(k)"
        writer.line(depth, "known = get(k)")
        writer.line(depth, "if known is None:")
        writer.line(depth + 1, "index[k] = [o]")
        writer.line(depth + 1, f"send({made})")
        writer.line(depth, "else:")
        writer.line(depth + 1, "known.append(o)")

    def _passed_over(self, depth: int, condition: str, group: GroupOverlay) -> None:
        """On a condition, what to do with objects that the group brings nothing to."""
        writer = self._writer
        writer.line(depth, f"if {condition}:")
        if group.strict:
            writer.line(depth + 1, "raise Fallback")
            return
        if group.feeds:
            writer.line(depth + 1, "lists[0] = True")
        writer.line(depth + 1, "continue")

    def _values(self, depth: int, sent: str, fields: Fields, group: GroupOverlay) -> str:
        """Reads what is required of `o` into variables; the text that makes the representation of them."""
        writer = self._writer
        if not fields:
            raise Unsupported("a representation of nothing")
        variables = _variables(fields)
        for variable, one in zip(variables, fields, strict=True):
            writer.line(depth, f"{variable} = o.{one.slot.attribute}")
            if one.slot.brought != "always":
                self._passed_over(depth, f"{variable} is UNSET", group)
            if one.selections:
                copy, missing = writer.constant(copier(one.selections)), writer.constant(MISSING)
                writer.line(depth, f"{variable} = {copy}({variable})")
                self._passed_over(depth, f"{variable} is {missing}", group)
        self._passed_over(depth, " and ".join(self._null_key(variables, fields)), group)
        return f"{writer.constant(_representation_class(sent, fields))}({', '.join(variables)})"

    def _null_key(self, variables: list[str], fields: Fields) -> Iterator[str]:
        """What all has to hold where an object cannot be found: nothing of its key is there."""
        for variable, one in zip(variables, fields, strict=True):
            if one.key:
                yield f"{self._writer.constant(null_below(one.key))}({variable})"
            elif one.key is not None:
                yield f"{variable} is None"

    def _write(self, group: GroupOverlay) -> Callable[[Any, list[list[Any]], Lists], None]:
        writer = self._writer
        writer.line(1, "if len(entities) < len(targets): raise Fallback")
        writer.line(1, "for e, objects in zip(entities, targets):")
        self._passed_over(2, "e is None", group)
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
        places = [self._place(_route(shape)) for shape in work]
        lacking = self._lacking(root)
        writer = self._writer
        writer.line(1, "pass")
        self._fill_up(lacking)
        for shape, number in zip(work, places, strict=True):
            writer.line(1, f"for o in {self._all(number)}:")
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
            parents = self._place(_route(shape))
            entries, objects = self._entries[slot]
            value = f"o.{slot.attribute}"
            writer.line(1, "made = {}")
            writer.line(1, "get = made.get")
            writer.line(1, f"for o in {self._all(parents)}:")
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
            writer.line(1, f"for entry in lists[{self._entries[slot][0]}] or ():")
            writer.line(2, "if len(entry) > 2:")
            writer.line(3, "text = Raw(dumps(entry[0]))")
            writer.line(3, "for o in entry[1:]:")
            writer.line(4, f"o.{slot.attribute} = text")
        return writer.function("lists")

    def _lacking(self, root: Shape) -> list[tuple[int, list[Slot]]]:
        """The places whose objects may lack fields because their entity did not come."""
        shapes = [(one, [slot for slot in one.visible.values() if slot.may_lack]) for one in root.walk()]
        return [(self._place(_route(one)), slots) for one, slots in shapes if slots and not one.abstract]

    def _fill_up(self, lacking: list[tuple[int, list[Slot]]]) -> None:
        """Null for these fields: they were told apart from a null that came, for the sake of representations."""
        writer = self._writer
        if lacking:
            writer.line(1, "if lists[0]:")
        for number, slots in lacking:
            writer.line(2, f"for o in {self._all(number)}:")
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


def _variables(fields: Fields) -> list[str]:
    return [f"v{index}" for index in range(len(fields))]


def _representation_class(sent: str, fields: Fields) -> type[Struct]:
    """The class of one type's representations: a list of its objects is encoded by one call."""
    rename = dict(zip(_variables(fields), [one.name for one in fields], strict=True))
    if "__typename" in rename.values():
        raise Unsupported("a representation with a __typename of its own")
    members = [(variable, Any) for variable in rename]
    return defstruct("Representation", members, rename=rename, tag_field="__typename", tag=sent, gc=False, eq=False)


def _slots(root: Shape) -> list[tuple[Shape, Slot]]:
    """Every field of the response with the place that it stands at, outer ones first."""
    return [(shape, slot) for shape in root.walk() for slot in shape.visible.values()]


def _is_hashed_as_sent(slot: Slot) -> bool:
    known = slot.annotation in HASHED_AS_SENT or get_origin(slot.annotation) is Literal
    return known and not slot.lists and not slot.opaque


def _route(shape: Shape) -> tuple[RouteStep, ...]:
    steps: list[RouteStep] = []
    one: Shape | None = shape
    while one is not None and one.slot is not None:
        steps.append(RouteStep(one.slot))
        one = one.parent
    return tuple(reversed(steps))
