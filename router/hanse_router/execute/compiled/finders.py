"""Functions that find the objects at a response path. Each fills one entry of Lists, once per execution."""

from __future__ import annotations

from hanse_router.execute.compiled.layout import FieldLayout, Layout, ObjectLayout, ObjectPath, PathField
from hanse_router.execute.compiled.source import MAX_SHARED, Source

_Key = tuple[tuple[int, tuple[str, ...] | None], ...]


class Finders:
    """The finders of one plan and the indices of its Lists."""

    def __init__(self, source: Source, layout: Layout) -> None:
        self._source = source
        self._layout = layout
        self._numbers: dict[_Key, int] = {}
        self.count = MAX_SHARED + 1
        # For deduplicated fields: the index of the list of their texts and of that of their objects.
        self.entries: dict[FieldLayout, tuple[int, int]] = {
            field: (self.new_list(), self.new_list())
            for object_ in layout.root.walk()
            for field in object_.selected()
            if field.deduplicated
        }

    def of(self, object_: ObjectLayout) -> int:
        """The index of the list of all objects of a layout."""
        return self.number(self._layout.path_to(object_))

    def number(self, path: ObjectPath) -> int:
        """The index of the list of the objects at a response path; adds the finder that fills it."""
        key = tuple((id(step.field), step.types) for step in path)
        known = self._numbers.get(key)
        if known is not None:
            return known
        done, name, loops = self._start(path, key)
        for count, step in enumerate(path[done:], 1):
            source = f"{name}.{step.field.attribute}"
            for level in range(len(step.field.lists) + 1):
                name = f"o{count}_{level}"
                loops.append(f"for {name} in {source if level else f'[{source}]'} if {name}")
                source = name
            loops += self._of_types(name, step)
        number = self.new_list()
        purpose = f"Objects at {'.'.join(step.field.key for step in path) or 'the root'}."
        finder = self._source.function(self._finder_name(number), "root, lists", purpose)
        finder.line(1, f"found = lists[{number}] = [{name} {' '.join(loops)}]")
        finder.line(1, "return found")
        self._numbers[key] = number
        return number

    def _start(self, path: ObjectPath, key: _Key) -> tuple[int, str, list[str]]:
        """How many steps of a path are done by another list, the variable for its objects, and the loop over them.

        That is the list of the path's last deduplicated field, each of whose objects is visited once, or of the longest
        part of the path that has a finder.
        """
        before = len(path) - 1
        while before and key[:before] not in self._numbers:
            before -= 1
        last = max((index for index, step in enumerate(path) if step.field.deduplicated), default=-1)
        if last >= before:
            objects = self.entries[path[last].field][1]
            return last + 1, "o0", [f"for o0 in lists[{objects}] or ()", *self._of_types("o0", path[last])]
        if before:
            return before, "o0", [f"for o0 in {self.all(self._numbers[key[:before]])}"]
        return 0, "o0", ["for o0 in (root,)"]

    def _of_types(self, name: str, step: PathField) -> list[str]:
        below = step.field.below
        assert below is not None
        typename = below.fields.get("__typename")
        if step.types is None or typename is None or not below.abstract:
            return []
        return [f"if {name}.{typename.attribute} in {self._source.constant(frozenset(step.types))}"]

    def new_list(self) -> int:
        """The index of a new entry of Lists."""
        self.count += 1
        return self.count - 1

    @staticmethod
    def _finder_name(number: int) -> str:
        return f"find_{number}"

    def all(self, number: int) -> str:
        """An expression for the objects at a response path; the first evaluation finds them."""
        return f"(lists[{number}] if lists[{number}] is not None else {self._finder_name(number)}(root, lists))"
