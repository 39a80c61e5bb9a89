"""The fetch graph: fetch steps with what they select, and which of them needs which."""

from __future__ import annotations

from dataclasses import dataclass, field

from hanse_router.operation import Arguments, Conditions
from hanse_router.operation_kind import OperationKind
from hanse_router.planner.conditions import AnyOf, either
from hanse_router.planner.merged import MergedField
from hanse_router.planner.query_tree import Position
from hanse_router.query_plan import ContextVariable, RequiredField, RequiredFragment
from hanse_router.query_plan import Required as RequiredPart
from hanse_schema.query_graph import FieldEdge, Node
from hanse_schema.supergraph.model import ContextArgument


@dataclass(eq=False, slots=True)
class SelectedField:
    """A field selected in a fetch step.

    `conditions` are all those, from the root on, under which somebody wants it: None until somebody does.
    `alternatives`, where there are any, stand instead: it is selected once under each of them.
    """

    name: str
    type: str
    arguments: Arguments
    child: SelectedObject | None
    order: int
    alternatives: tuple[Conditions, ...] = ()
    conditions: AnyOf | None = None

    def want(self, conditions: AnyOf) -> None:
        """Note that somebody wants the field under these conditions."""
        if self.conditions is not conditions:
            self.conditions = conditions if self.conditions is None else either(self.conditions, conditions)


@dataclass(eq=False, slots=True)
class SelectedObject:
    """What a fetch step selects of the objects at one position, known there as the node's type.

    `above` is the slot that it is part of, by the field `holder` or (without one) by a type condition.
    """

    fetch_node: FetchNode
    position: Position
    node: Node
    is_object: bool
    knows_type: bool
    above: SelectedObject | None = None
    holder: SelectedField | None = None
    fields: dict[str, SelectedField] = field(default_factory=dict)
    casts: dict[str, SelectedObject] = field(default_factory=dict)

    def select(self, field_: MergedField, edge: FieldEdge | None, child: SelectedObject | None = None) -> SelectedField:
        """Select a field (`edge` is None for `__typename`), or find it selected."""
        held = self.fields.get(field_.response_key)
        if held is None:
            type_, arguments = "String!", field_.arguments
            if edge is not None:
                type_ = edge.type
                if edge.contexts:
                    text = ", ".join(
                        filter(None, (arguments.text, *map(self.fetch_node.context_argument, edge.contexts)))
                    )
                    arguments = Arguments(text, arguments.variables)
            held = SelectedField(field_.name, type_, arguments, child, field_.order, field_.alternatives)
            self.fields[field_.response_key] = held
        held.order = min(held.order, field_.order)
        return held

    def below(self, field_: MergedField, edge: FieldEdge, new: SelectedObject) -> SelectedObject:
        """Select a composite field; `new` becomes its slot unless it has one."""
        held = self.select(field_, edge, new)
        assert held.child is not None
        held.child.above, held.child.holder = self, held
        return held.child

    def want(self, field_: SelectedField | None, conditions: AnyOf) -> None:
        """Note that a field of the slot (or its mere objects) is wanted, and so all that leads to it.

        The client wants to know of the objects on the way, whether the field is wanted or not. What makes a step wanted
        under weaker conditions makes the fields of its representations wanted likewise.
        """
        if field_ is not None:
            field_.want(conditions)
        selected = self
        while selected.above is not None:
            if selected.holder is not None:
                if not selected.position.hidden:
                    conditions = either(conditions, selected.position.conditions)
                selected.holder.want(conditions)
            selected = selected.above
        selected.fetch_node.want(conditions)


@dataclass(eq=False, slots=True)
class FetchNode:
    """One fetch to come: at the root, or of the entities at a position.

    `level` is the number of fetches one after another up to and with this one. `typename` is what representations are
    sent as (None: the object's own type); `recovers_type` that the reply tells the objects' real types.
    `required` are the fields of representations, of which `key` finds the objects. `sources` are the fields that they
    are made of (None: only the object has to be there).
    """

    id: int
    graph: str
    kind: OperationKind
    level: int
    position: Position
    typename: str | None = None
    recovers_type: bool = False
    is_entity: bool = False
    root: SelectedObject = field(init=False)
    required: tuple[RequiredPart, ...] = ()
    key: tuple[RequiredPart, ...] = ()
    depends_on: set[FetchNode] = field(default_factory=set)
    contexts: dict[ContextArgument, ContextVariable] = field(default_factory=dict)
    sources: list[tuple[SelectedObject, SelectedField | None]] = field(default_factory=list)
    conditions: AnyOf | None = None

    def want(self, conditions: AnyOf) -> None:
        """Note that somebody wants something of the step under these conditions."""
        weaker = conditions if self.conditions is None else either(self.conditions, conditions)
        if weaker != self.conditions:
            self.conditions = weaker
            for selected, field_ in self.sources:
                selected.want(field_, weaker)

    def feed_from(self, sources: list[tuple[SelectedObject, SelectedField | None]]) -> None:
        """Take representations' fields from these."""
        self.sources += sources
        if self.conditions is not None:
            for selected, field_ in sources:
                selected.want(field_, self.conditions)

    def context_argument(self, argument: ContextArgument) -> str:
        """An argument filled from a context, as it is written."""
        return f"{argument.name}: ${self.contexts[argument].variable}"

    def take_context(self, argument: ContextArgument, depth: int, required: tuple[RequiredPart, ...]) -> None:
        """Declare the variable of an argument that is filled from an object above."""
        variable = f"context_{self.id}_{len(self.contexts)}"
        self.contexts[argument] = ContextVariable(variable, argument.type, depth, required)

    def require(self, required: tuple[RequiredPart, ...]) -> None:
        """Add fields to the representations."""
        self.required = _joined(self.required, required)

    def enter_by(self, key: tuple[RequiredPart, ...]) -> None:
        """Add a key to the representations."""
        self.require(key)
        self.key = _joined(self.key, key)

    def accepts(self, required: tuple[RequiredPart, ...]) -> bool:
        """Whether representations can hold these fields too: not where one name stands for two values."""
        return not conflict(self.required, required)


def _joined(one: tuple[RequiredPart, ...], other: tuple[RequiredPart, ...]) -> tuple[RequiredPart, ...]:
    return one if one is other else merge_required(one, other) if one else other


def merge_required(*parts: tuple[RequiredPart, ...]) -> tuple[RequiredPart, ...]:
    """All that any of the parts requires, each field once."""
    fields: dict[tuple[str, str], list[tuple[RequiredPart, ...]]] = {}
    fragments: dict[tuple[str, tuple[str, ...]], list[tuple[RequiredPart, ...]]] = {}
    for part in (part for required in parts for part in required):
        if isinstance(part, RequiredField):
            fields.setdefault((part.name, part.response_key), []).append(part.selections)
        else:
            fragments.setdefault((part.type_condition, part.runtime_types), []).append(part.selections)
    return (
        *(RequiredField(name, key, merge_required(*inner)) for (name, key), inner in fields.items()),
        *(RequiredFragment(name, types, merge_required(*inner)) for (name, types), inner in fragments.items()),
    )


def conflict(one: tuple[RequiredPart, ...], other: tuple[RequiredPart, ...]) -> bool:
    """Whether a representation cannot hold both: one name would stand for two values."""
    keys = {part.name: part for part in _fields(one)}
    for part in _fields(other):
        held = keys.get(part.name)
        if held is None:
            continue
        if held.response_key != part.response_key or conflict(held.selections, part.selections):
            return True
    return False


def _fields(required: tuple[RequiredPart, ...]) -> list[RequiredField]:
    """The fields required at any type."""
    found: list[RequiredField] = []
    for part in required:
        found += [part] if isinstance(part, RequiredField) else _fields(part.selections)
    return found


@dataclass(eq=False, slots=True)
class FetchGraph:
    """All fetch steps of an operation, in the order in which they were found necessary."""

    fetch_nodes: list[FetchNode] = field(default_factory=list)

    def depth(self) -> int:
        """How many fetches one after another there are."""
        return max((fetch_node.level for fetch_node in self.fetch_nodes), default=0)
