"""What is sent of a group's objects: code that gathers their representations, each one once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_origin

from msgspec import Struct, defstruct

from hanse_router.execute.compiled.finders import Places
from hanse_router.execute.compiled.layout import Fields, GroupOverlay, Target
from hanse_router.execute.compiled.shape import HASHED_AS_SENT, Slot, Unsupported
from hanse_router.execute.compiled.source import LACKING, Lists, Writer
from hanse_router.execute.entities import MISSING, copier, null_below

# The list of representations, encoded; for each of them the objects that its entity goes to.
Batch = tuple[bytes, list[list[Any]]]


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


class Batches:
    """Makes the batch function of each group, in the order in which the groups run."""

    def __init__(self, writer: Writer, places: Places) -> None:
        self._writer = writer
        self._places = places
        self._bucketings: list[_Bucketing] = []

    def function(self, group: GroupOverlay) -> Callable[[Any, Lists], Batch]:
        """The function over the response so far. Raises Unsupported."""
        targets = [target for target in group.targets if target.types]
        numbers = [self._places.number(target.route) for target in targets]
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
            writer.line(1, f"for o in {self._places.all(number)}:")
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
        made = _Bucketing(group, sent, fields, required, key, tuple(numbers), self._places.new_list())
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

    def _values(self, depth: int, sent: str, fields: Fields, group: GroupOverlay) -> str:
        """Reads what is required of `o` into variables; the text that makes the representation of them."""
        writer = self._writer
        if not fields:
            raise Unsupported("a representation of nothing")
        variables = _variables(fields)
        for variable, one in zip(variables, fields, strict=True):
            writer.line(depth, f"{variable} = o.{one.slot.attribute}")
            if one.slot.brought != "always":
                passed_over(writer, depth, f"{variable} is UNSET", group)
            if one.selections:
                copy, missing = writer.constant(copier(one.selections)), writer.constant(MISSING)
                writer.line(depth, f"{variable} = {copy}({variable})")
                passed_over(writer, depth, f"{variable} is {missing}", group)
        passed_over(writer, depth, " and ".join(self._null_key(variables, fields)), group)
        return f"{writer.constant(_representation_class(sent, fields))}({', '.join(variables)})"

    def _null_key(self, variables: list[str], fields: Fields) -> Iterator[str]:
        """What all has to hold where an object cannot be found: nothing of its key is there."""
        for variable, one in zip(variables, fields, strict=True):
            if one.key:
                yield f"{self._writer.constant(null_below(one.key))}({variable})"
            elif one.key is not None:
                yield f"{variable} is None"


def passed_over(writer: Writer, depth: int, condition: str, group: GroupOverlay) -> None:
    """On a condition, what to do with objects that the group brings nothing to."""
    writer.line(depth, f"if {condition}:")
    if group.strict:
        writer.line(depth + 1, "raise Fallback")
        return
    if group.feeds:
        writer.line(depth + 1, f"lists[{LACKING}] = True")
    writer.line(depth + 1, "continue")


def _variables(fields: Fields) -> list[str]:
    return [f"v{index}" for index in range(len(fields))]


def _representation_class(sent: str, fields: Fields) -> type[Struct]:
    """The class of one type's representations: a list of its objects is encoded by one call."""
    rename = dict(zip(_variables(fields), [one.name for one in fields], strict=True))
    if "__typename" in rename.values():
        raise Unsupported("a representation with a __typename of its own")
    members = [(variable, Any) for variable in rename]
    return defstruct("Representation", members, rename=rename, tag_field="__typename", tag=sent, gc=False, eq=False)


def _is_hashed_as_sent(slot: Slot) -> bool:
    known = slot.annotation in HASHED_AS_SENT or get_origin(slot.annotation) is Literal
    return known and not slot.lists and not slot.opaque
