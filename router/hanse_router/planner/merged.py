"""The fields of an operation, merged by response key: the planner's input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hanse_router.operation import NO_ARGUMENTS, Arguments, Conditions
from hanse_router.planner.conditions import ALWAYS, AnyOf

HIDDEN_ORDER = 1_000_000  # after all fields of the client


@dataclass(eq=False, slots=True)
class MergedField:
    """All selections of one response key at one response path.

    `type` is the field's type reference in the supergraph. `conditions` are those from the root on. A `hidden` field is
    not the client's: a key, or what another field requires. `order` is its position in the operation. `alternatives`
    are the conditions of the selections of one mutation field; it runs if one of them holds.
    """

    response_key: str
    name: str
    type: str
    arguments: Arguments = NO_ARGUMENTS
    conditions: AnyOf = ALWAYS
    selections: MergedSelections | None = None
    hidden: bool = False
    order: int = HIDDEN_ORDER
    alternatives: tuple[Conditions, ...] = ()


@dataclass(eq=False, slots=True)
class TypeSelections:
    """Fields selected for some object types only. `on`: the abstract type that has exactly these types here, if any."""

    types: frozenset[str]
    fields: list[MergedField]
    on: str | None = None


@dataclass(eq=False, slots=True)
class MergedSelections:
    """The fields selected of the objects at one response path: for all their types, and for some of them."""

    type: str
    common: list[MergedField] = field(default_factory=list)
    by_type: list[TypeSelections] = field(default_factory=list)

    def all_fields(self) -> Iterator[MergedField]:
        """All fields, whatever the object's type."""
        yield from self.common
        for part in self.by_type:
            yield from part.fields
