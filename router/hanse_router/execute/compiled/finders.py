"""Functions that find the objects at a response path. Each fills one entry of Lists, once per execution."""

from __future__ import annotations

from collections.abc import Iterable

from hanse_router.execute.compiled.layout import RouteStep
from hanse_router.execute.compiled.shape import Shape, Slot
from hanse_router.execute.compiled.source import LACKING, Source


class Finders:
    """The finders of one plan and the indices of its Lists."""

    def __init__(self, source: Source, shared: Iterable[Slot]) -> None:
        self._source = source
        self._numbers: dict[tuple[tuple[int, tuple[str, ...] | None], ...], int] = {}
        self.count = LACKING + 1
        # For fields with deduplicated values: the index of the list of their texts and of that of their objects.
        self.entries: dict[Slot, tuple[int, int]] = {slot: (self.new_list(), self.new_list()) for slot in shared}

    def of(self, shape: Shape) -> int:
        """The index of the list of all objects of a shape."""
        return self.number(_route(shape))

    def number(self, route: tuple[RouteStep, ...]) -> int:
        """The index of the list of the objects at a response path; adds the finder that fills it."""
        key = tuple((id(step.slot), step.types) for step in route)
        known = self._numbers.get(key)
        if known is not None:
            return known
        # Start from the longest prefix that has a finder: its objects are found already.
        before = len(route) - 1
        while before and tuple(key[:before]) not in self._numbers:
            before -= 1
        once = max((index for index, step in enumerate(route) if step.slot.shared), default=-1)
        name, count = "o0", 0
        if once >= before:  # visit each deduplicated object once
            before = once + 1
            loops = [f"for o0 in lists[{self.entries[route[once].slot][1]}] or ()", *self._of_types(name, route[once])]
        elif before:
            parent = self._numbers[tuple(key[:before])]
            loops = [f"for o0 in {self.all(parent)}"]
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
        number = self.new_list()
        path = ".".join(step.slot.key for step in route) or "the root"
        finder = self._source.function(self._finder_name(number), "root, lists", f"Objects at {path}.")
        finder.line(1, f"found = lists[{number}] = [{name} {' '.join(loops)}]")
        finder.line(1, "return found")
        self._numbers[key] = number
        return number

    def _of_types(self, name: str, step: RouteStep) -> list[str]:
        shape = step.slot.shape
        assert shape is not None
        typename = shape.find("__typename")
        if step.types is None or typename is None or not shape.abstract:
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


def _route(shape: Shape) -> tuple[RouteStep, ...]:
    steps: list[RouteStep] = []
    one: Shape | None = shape
    while one is not None and one.slot is not None:
        steps.append(RouteStep(one.slot))
        one = one.parent
    return tuple(reversed(steps))
