"""The fetch graph: fetch nodes with their selections and dependencies."""

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
    """A field that a fetch selects.

    `conditions` are those, from the root on, under which it is wanted; None until it is. If there are `alternatives`,
    it is selected once under each of them instead.
    """

    name: str
    type: str
    arguments: Arguments
    child: SelectedObject | None
    order: int
    alternatives: tuple[Conditions, ...] = ()
    conditions: AnyOf | None = None

    def want(self, conditions: AnyOf) -> None:
        """Add conditions under which the field is wanted."""
        if self.conditions is not conditions:
            self.conditions = conditions if self.conditions is None else either(self.conditions, conditions)


@dataclass(eq=False, slots=True)
class SelectedObject:
    """What a fetch selects of the objects at one position, which have the node's type in its subgraph.

    `above` is the selected object that contains it, in the field `holder` or (without one) in a type condition.
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
        """Select a field, unless it is selected already. `edge` is None for `__typename`."""
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
        """Select a composite field. `new` becomes its selected object unless it has one."""
        held = self.select(field_, edge, new)
        assert held.child is not None
        held.child.above, held.child.holder = self, held
        return held.child

    def want(self, field_: SelectedField | None, conditions: AnyOf) -> None:
        """Add conditions under which a field (or only the object) is wanted, also to everything above it.

        Objects above a skipped field are in the response all the same. If a fetch is wanted under weaker conditions, so
        are the fields of its representations.
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
    """A fetch at the root, or of the entities at a position.

    `level` is the number of fetches one after another, including this one. `typename` is the `__typename` of its
    representations (None: the object's own); with `recovers_type` the reply has the object types. `required` are the
    fields of representations, `key` those of them that identify the object. `sources` are the selected fields that they
    are read from (None: only the object has to exist).
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
        """Add conditions under which the fetch is wanted."""
        weaker = conditions if self.conditions is None else either(self.conditions, conditions)
        if weaker != self.conditions:
            self.conditions = weaker
            for selected, field_ in self.sources:
                selected.want(field_, weaker)

    def feed_from(self, sources: list[tuple[SelectedObject, SelectedField | None]]) -> None:
        """Add sources of the representations."""
        self.sources += sources
        if self.conditions is not None:
            for selected, field_ in sources:
                selected.want(field_, self.conditions)

    def context_argument(self, argument: ContextArgument) -> str:
        """The text of an argument that is filled from a context."""
        return f"{argument.name}: ${self.contexts[argument].variable}"

    def take_context(
        self, argument: ContextArgument, depth: int, required: tuple[RequiredPart, ...], stem: str
    ) -> None:
        """Add the variable of an argument that is filled from an object above, unless it has one.

        Its name begins with `stem`.
        """
        if argument in self.contexts:
            return
        variable = f"{stem}{self.id}_{len(self.contexts)}"
        self.contexts[argument] = ContextVariable(variable, argument.type, (depth,), required)

    def require(self, required: tuple[RequiredPart, ...]) -> None:
        """Add fields to the representations."""
        self.required = _joined(self.required, required)

    def enter_by(self, key: tuple[RequiredPart, ...]) -> None:
        """Add a key to the representations."""
        self.require(key)
        self.key = _joined(self.key, key)

    def accepts(self, required: tuple[RequiredPart, ...]) -> bool:
        """Whether representations can have these fields too; not if one name had two values."""
        return not conflict(self.required, required)


def _joined(one: tuple[RequiredPart, ...], other: tuple[RequiredPart, ...]) -> tuple[RequiredPart, ...]:
    return one if one is other else merge_required(one, other) if one else other


def merge_required(*parts: tuple[RequiredPart, ...]) -> tuple[RequiredPart, ...]:
    """The union of required fields."""
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
    """Whether one name would have two values in a representation with both."""
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
    """The fetch nodes of an operation, in the order in which they were added."""

    fetch_nodes: list[FetchNode] = field(default_factory=list)

    def depth(self) -> int:
        """The number of fetches one after another."""
        return max((fetch_node.level for fetch_node in self.fetch_nodes), default=0)
