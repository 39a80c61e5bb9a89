"""Fields asked for the platform's sake: what representations are made of, under keys that are free."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_router.planner.plan import Required, RequiredField, RequiredFragment
from hanse_router.planner.query_tree import Names
from hanse_router.planner.shape import Ask, ClassAsks, Shape
from hanse_router.planner.terrain import Terrain
from hanse_schema.query_graph import FieldPick, Picks
from hanse_schema.type_ref import named_type


class HiddenShapes:
    """Makes what is asked for the platform's sake, under keys that are free."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain

    def make(self, type_: str, names: Names, picks: Picks) -> tuple[Shape, tuple[Required, ...]]:
        """The shape of a field set on a type, and how the executor reads it from the response tree."""
        shape = Shape(type_)
        required = tuple(self._fill(shape, names, picks, type_))
        return shape, required

    def _fill(self, shape: Shape, names: Names, picks: Picks, on: str) -> Iterator[Required]:
        possible = self._terrain.graph.possible
        for pick in picks:
            if isinstance(pick, FieldPick):
                ask, required = self._ask(on, names, pick)
                shape.common.append(ask)
                yield required
                continue
            types = possible.get(shape.type, frozenset()) & possible.get(pick.type, frozenset())
            if types == possible.get(shape.type):
                yield from self._fill(shape, names, pick.picks, pick.type)
            elif types:
                inner = Shape(pick.type)
                part = tuple(self._fill(inner, names, pick.picks, pick.type))
                shape.classes.append(ClassAsks(types, list(inner.common)))
                shape.classes += [ClassAsks(types & nested.types, nested.asks) for nested in inner.classes]
                yield RequiredFragment(pick.type, tuple(sorted(types)), part)

    def _ask(self, type_: str, names: Names, pick: FieldPick) -> tuple[Ask, RequiredField]:
        key = names.key_for(pick.name, pick.arguments)
        reference = self._terrain.field_type(type_, pick.name)
        ask = Ask(key, pick.name, reference, pick.arguments, hidden=True)
        if not pick.picks:
            return ask, RequiredField(pick.name, key)
        inner = named_type(reference)
        abstract = self._terrain.is_abstract(inner)
        ask.shape, required = self.make(inner, names.child(key), pick.picks)
        if abstract:
            required = (RequiredField("__typename", "__typename"), *required)
        return ask, RequiredField(pick.name, key, required)
