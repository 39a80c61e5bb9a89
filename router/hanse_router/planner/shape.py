"""What an operation asks, merged and rid of fragments: the planner's input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hanse_router.operation_kind import OperationKind
from hanse_router.planner.conditions import ALWAYS, AnyOf, Conditions

HIDDEN_ORDER = 1_000_000  # after all that the client asks


@dataclass(eq=False, slots=True)
class Ask:
    """One field asked of an object, under its response key.

    `arguments` is the GraphQL text between the parentheses; `type` is the field's type reference in the supergraph.
    `conditions` are all those from the root on. `hidden`: asked for the platform's sake, not the client's. `order` is
    its place in the operation. `alternatives` are several conditions of one mutation's field, of which one at least has
    to hold for it to run.
    """

    key: str
    name: str
    type: str
    arguments: str = ""
    conditions: AnyOf = ALWAYS
    shape: Shape | None = None
    hidden: bool = False
    order: int = HIDDEN_ORDER
    alternatives: tuple[Conditions, ...] = ()


@dataclass(eq=False, slots=True)
class ClassAsks:
    """Fields asked only of objects of some types; `on` names the abstract type that stands for just these here."""

    types: frozenset[str]
    asks: list[Ask]
    on: str | None = None


@dataclass(eq=False, slots=True)
class Shape:
    """All that is asked of the objects at one place: of every one (`common`), and of those of some types."""

    type: str
    common: list[Ask] = field(default_factory=list)
    classes: list[ClassAsks] = field(default_factory=list)

    def all_asks(self) -> Iterator[Ask]:
        """Every field asked, whatever the objects' types."""
        yield from self.common
        for part in self.classes:
            yield from part.asks


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation ready for planning: `variables` holds the definitions of its variables as GraphQL text, by name."""

    kind: OperationKind
    name: str | None
    shape: Shape
    variables: dict[str, str]
