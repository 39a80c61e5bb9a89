"""Functions that build the representations of an entity group: each distinct one once, with its objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_origin

from msgspec import Struct, defstruct

from hanse_router.execute.compiled.finders import Finders
from hanse_router.execute.compiled.layout import FieldLayout, GroupLayout, RequiredFields, TargetLayout
from hanse_router.execute.compiled.reasons import Reason, Unsupported
from hanse_router.execute.compiled.shape import HASHED_AS_SENT
from hanse_router.execute.compiled.source import LACKING, MAX_SHARED, Function, Source
from hanse_router.execute.compiled.supply import Fetched
from hanse_router.execute.entities import MISSING, copier, null_below

# The encoded list of representations; for each of them the objects that its entity is written to.
Batch = tuple[bytes, list[list[Any]]]


@dataclass(slots=True, eq=False)
class _Grouping:
    """How a group's objects are grouped by representation: by which fields, of the objects at which paths."""

    group: GroupLayout
    sent: str
    fields: RequiredFields
    required: frozenset[str]
    key: frozenset[str]
    paths: tuple[int, ...]
    number: int  # index in Lists of the grouped objects
    earlier: int | None = None  # the same of an earlier group that groups its objects in the same way


class Representations:
    """Writes the batch function of each group, in the order in which the groups run."""

    def __init__(self, source: Source, finders: Finders) -> None:
        self._source = source
        self._finders = finders
        self._groupings: list[_Grouping] = []

    def function(self, name: str, group: GroupLayout) -> None:
        """Add the function of a group: it takes the root and Lists, and returns a Batch. Raises Unsupported."""
        targets = [target for target in group.targets if target.types]
        numbers = [self._finders.number(target.path) for target in targets]
        names = {sent or name for target in targets for name, (sent, _) in target.inputs.items()}
        code = self._source.function(name, "root, lists", f"Represent the objects of {group.group.alias}.")
        code.line(1, "sent = []")
        code.line(1, "send = sent.append")
        grouping = self._grouping(group, targets, numbers)
        if grouping is not None:
            self._reuse_groups(code, grouping)
        code.line(1, "index = {}")
        code.line(1, "get = index.get")
        code.line(1, "count = 0")
        for number, target in zip(numbers, targets, strict=True):
            code.line(1, f"objects = {self._finders.all(number)}")
            code.line(1, "count += len(objects)")
            code.line(1, "for o in objects:")
            self._representations(code, target, group, tagged=len(names) > 1)
        code.line(1, "found = list(index.values())")
        code.line(1, f"if count - len(found) >= lists[{MAX_SHARED}]: lists[{MAX_SHARED}] = count - len(found) + 1")
        if grouping is not None:
            code.line(1, f"lists[{grouping.number}] = found")
        code.line(1, "return encode(sent), found")

    def _grouping(self, group: GroupLayout, targets: list[TargetLayout], numbers: list[int]) -> _Grouping | None:
        """How the group's objects are grouped; None where that depends on their types."""
        inputs = [input_ for target in targets for input_ in target.inputs.items()]
        seen = {
            (sent or name, tuple((one.name, one.field.attribute, one.selections) for one in fields))
            for name, (sent, fields) in inputs
        }
        if len(seen) != 1 or any(len(target.inputs) != 1 for target in targets):
            return None
        (sent, _), fields = next(iter(seen)), inputs[0][1][1]
        required = frozenset(one.field.key for one in fields)
        key = frozenset(one.field.key for one in fields if one.key_part is not None)
        made = _Grouping(group, sent, fields, required, key, tuple(numbers), self._finders.new_list())
        for earlier in self._groupings:
            written = {key for key, one in earlier.group.written.items() if one.always}
            if (
                earlier.paths == made.paths
                and earlier.sent == made.sent
                and earlier.key == made.key
                and earlier.required <= required <= earlier.required | written
            ):
                made.earlier = earlier.number
        self._groupings.append(made)
        return made

    def _reuse_groups(self, code: Function, grouping: _Grouping) -> None:
        """Objects that shared a representation in an earlier group share one again: read only the first of them."""
        if grouping.earlier is None:
            return
        code.line(1, f"groups = lists[{grouping.earlier}]")
        code.line(1, "if groups is not None:")
        code.line(2, f"found = lists[{grouping.number}] = []")
        code.line(2, "for objects in groups:")
        code.line(3, "o = objects[0]")
        code.line(3, f"send({self._values(code, 3, grouping.sent, grouping.fields, grouping.group)})")
        code.line(3, "found.append(objects)")
        code.line(2, "return encode(sent), found")

    def _representations(self, code: Function, target: TargetLayout, group: GroupLayout, *, tagged: bool) -> None:
        """The body of the loop over one target's objects. With `tagged`, keys of the index hold the type's name."""
        by_input: dict[tuple[str, RequiredFields], list[str]] = {}
        for name, (sent, fields) in target.inputs.items():
            by_input.setdefault((sent or name, fields), []).append(name)
        if len(by_input) > 1:
            typename = target.object.fields.get("__typename")
            assert typename is not None
            code.line(2, f"t = o.{typename.attribute}")
        for number, ((sent, fields), names) in enumerate(by_input.items()):
            depth = 2
            if len(by_input) > 1:
                code.line(2, f"{'elif' if number else 'if'} t in {self._source.constant(frozenset(names))}:")
                depth = 3
            made = self._values(code, depth, sent, fields, group)
            self._add(code, depth, made, fields, self._source.constant(sent) if tagged else None)

    @staticmethod
    def _add(code: Function, depth: int, made: str, fields: RequiredFields, tag: str | None) -> None:
        """Send a representation unless an equal one is sent; note the object in either case."""
        if all(_is_hashed_as_sent(one.field) for one in fields):
            parts = [*([] if tag is None else [tag]), *_variables(fields)]
            code.line(depth, f"k = {', '.join(parts) or None}")
        else:
            code.line(depth, f"k = encode({made})")
            made = "Raw(k)"
        code.line(depth, "known = get(k)")
        code.line(depth, "if known is None:")
        code.line(depth + 1, "index[k] = [o]")
        code.line(depth + 1, f"send({made})")
        code.line(depth, "else:")
        code.line(depth + 1, "known.append(o)")

    def _values(self, code: Function, depth: int, sent: str, fields: RequiredFields, group: GroupLayout) -> str:
        """Read the required fields of `o` into variables; return the expression that makes the representation."""
        variables = _variables(fields)
        for variable, one in zip(variables, fields, strict=True):
            code.line(depth, f"{variable} = o.{one.field.attribute}")
            if one.field.fetched is not Fetched.ALWAYS:
                skip_object(code, depth, f"{variable} is UNSET", group)
            if one.selections:
                copy, missing = self._source.constant(copier(one.selections)), self._source.constant(MISSING)
                code.line(depth, f"{variable} = {copy}({variable})")
                skip_object(code, depth, f"{variable} is {missing}", group)
        null_key = " and ".join(self._null_key(variables, fields))
        if null_key:
            skip_object(code, depth, null_key, group)
        return f"{self._source.constant(_representation_class(sent, fields))}({', '.join(variables)})"

    def _null_key(self, variables: list[str], fields: RequiredFields) -> Iterator[str]:
        """Conditions that all hold where an object cannot be fetched: every field of its key is null."""
        for variable, one in zip(variables, fields, strict=True):
            if one.key_part:
                yield f"{self._source.constant(null_below(one.key_part))}({variable})"
            elif one.key_part is not None:
                yield f"{variable} is None"


def skip_object(code: Function, depth: int, condition: str, group: GroupLayout) -> None:
    """Where the condition holds, leave out an object that the group fetches nothing for."""
    code.line(depth, f"if {condition}:")
    if group.non_null:
        code.line(depth + 1, "raise Fallback")
        return
    if group.feeds:
        code.line(depth + 1, f"lists[{LACKING}] = True")
    code.line(depth + 1, "continue")


def _variables(fields: RequiredFields) -> list[str]:
    return [f"v{index}" for index in range(len(fields))]


def _representation_class(sent: str, fields: RequiredFields) -> type[Struct]:
    """The class of one type's representations: one call encodes a list of them."""
    rename = dict(zip(_variables(fields), [one.name for one in fields], strict=True))
    if "__typename" in rename.values():
        raise Unsupported(Reason.REPRESENTATION, "__typename is a required field")
    members = [(variable, Any) for variable in rename]
    return defstruct("Representation", members, rename=rename, tag_field="__typename", tag=sent, gc=False, eq=False)


def _is_hashed_as_sent(field: FieldLayout) -> bool:
    known = field.annotation in HASHED_AS_SENT or get_origin(field.annotation) is Literal
    return known and not field.lists and not field.opaque
