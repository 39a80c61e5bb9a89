"""The places of a response at which objects are looked for: a function for each, and a list that it fills."""

from __future__ import annotations

from collections.abc import Iterable

from hanse_router.execute.compiled.layout import RouteStep
from hanse_router.execute.compiled.shape import Shape, Slot
from hanse_router.execute.compiled.source import LACKING, Writer


class Places:
    """The finders of one plan, and the numbers of its lists. Each list is filled once per run."""

    def __init__(self, writer: Writer, shared: Iterable[Slot]) -> None:
        self._writer = writer
        self._numbers: dict[tuple[tuple[int, tuple[str, ...] | None], ...], int] = {}
        self.count = LACKING + 1
        # Of fields whose repeated values are shared: the list of their texts, and that of the objects in them.
        self.entries: dict[Slot, tuple[int, int]] = {slot: (self.new_list(), self.new_list()) for slot in shared}

    def of(self, shape: Shape) -> int:
        """The number of a shape's place."""
        return self.number(_route(shape))

    def number(self, route: tuple[RouteStep, ...]) -> int:
        """The number of a place's finder, which fills `lists` when it is first asked."""
        key = tuple((id(step.slot), step.types) for step in route)
        known = self._numbers.get(key)
        if known is not None:
            return known
        # What is found for the way there, if that is asked too, is not looked for again.
        before = len(route) - 1
        while before and tuple(key[:before]) not in self._numbers:
            before -= 1
        once = max((place for place, step in enumerate(route) if step.slot.shared), default=-1)
        name, count = "o0", 0
        if once >= before:  # each of the objects that are shared is looked at once
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
        self._writer.line(1, f"found = lists[{number}] = [{name} {' '.join(loops)}]")
        self._writer.line(1, "return found")
        finder = self._writer.function("root, lists")
        self._writer.names[self._finder_name(number)] = finder
        self._numbers[key] = number
        return number

    def _of_types(self, name: str, step: RouteStep) -> list[str]:
        shape = step.slot.shape
        assert shape is not None
        typename = shape.find("__typename")
        if step.types is None or typename is None or not shape.abstract:
            return []
        return [f"if {name}.{typename.attribute} in {self._writer.constant(frozenset(step.types))}"]

    def new_list(self) -> int:
        """The number of a list that is filled once per run."""
        self.count += 1
        return self.count - 1

    @staticmethod
    def _finder_name(number: int) -> str:
        return f"find{number}"

    def all(self, number: int) -> str:
        """The text that has the objects of a place, found when they are first asked for."""
        return f"(lists[{number}] if lists[{number}] is not None else {self._finder_name(number)}(root, lists))"


def _route(shape: Shape) -> tuple[RouteStep, ...]:
    steps: list[RouteStep] = []
    one: Shape | None = shape
    while one is not None and one.slot is not None:
        steps.append(RouteStep(one.slot))
        one = one.parent
    return tuple(reversed(steps))
