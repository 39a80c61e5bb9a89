"""The query plan: frozen, dumb, printable nodes; what the planner makes and the executor compiles.

Response tree: fetches write into one tree whose keys are *response keys*. A field that the client requested is
under the client's response key (alias or name); a field fetched only for the platform's sake (keys, `@requires` inputs,
hidden `__typename`) is under its name, or under another key if that name is already used. On the
wire a field may need yet another alias (two type conditions whose types differ in one subgraph): `Selection.alias`.

`__typename` is selected where an object's type is not known from the plan: at every field whose type is abstract for
clients (but not as an interface object, whose subgraph does not know the type), and where the client asks. An object
without `__typename` in the tree is of the only type that it can have: the object type of its field, or the first of
the `runtime_types` of its group's only `EntityInput`.

Conditions: a field is unconditional in the plan if something else needs it, so it can be in the tree although
the client skips it. A condition on a whole fetch is a `Condition` node around it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hanse_router.operation import SkipInclude
from hanse_router.operation_kind import OperationKind


class PlanError(Exception):
    """No plan for the operation: a field cannot be resolved, or the operation does not exist."""


Alternatives = tuple[tuple[SkipInclude, ...], ...]
"""Sets of conditions, of which one at least has to hold as a whole; empty where there is no condition."""


@dataclass(frozen=True, slots=True)
class FieldSelection:
    """A field as one subgraph is asked for it.

    `alias` is its key in the subgraph's reply, `response_key` its key in the response tree (equal but for wire
    aliases). `arguments` is the GraphQL text between the parentheses, or "", and `variables` are the client's variables
    in it. `type` is the field's type reference in that subgraph.
    """

    name: str
    type: str
    response_key: str
    alias: str
    arguments: str = ""
    selections: tuple[Selection, ...] = ()
    conditions: tuple[SkipInclude, ...] = ()
    variables: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class InlineFragment:
    """A type-conditioned (or only conditional, with `type_condition` None) group of selections.

    `type_condition` is the name as written to the subgraph. `runtime_types` are the object types of the subgraph that
    it applies to.
    """

    type_condition: str | None
    selections: tuple[Selection, ...]
    conditions: tuple[SkipInclude, ...] = ()
    runtime_types: tuple[str, ...] = ()


Selection = FieldSelection | InlineFragment


@dataclass(frozen=True, slots=True)
class RequiredField:
    """A field of a representation: sent as `name`, read from the response tree under `response_key`.

    Required sub-fields hold for any type, or only for those in `RequiredFragment`.
    """

    name: str
    response_key: str
    selections: tuple[Required, ...] = ()


@dataclass(frozen=True, slots=True)
class RequiredFragment:
    """Parts of a representation for objects whose concrete type is among `runtime_types`."""

    type_condition: str
    runtime_types: tuple[str, ...]
    selections: tuple[Required, ...]


Required = RequiredField | RequiredFragment


@dataclass(frozen=True, slots=True)
class PathKey:
    """A step of a path into the response tree: the response key of a field."""

    response_key: str


@dataclass(frozen=True, slots=True)
class PathList:
    """A step of a path: every item of the list there."""


@dataclass(frozen=True, slots=True)
class PathTypes:
    """A step of a path: only objects whose concrete type is among these."""

    runtime_types: tuple[str, ...]


PathStep = PathKey | PathList | PathTypes
Path = tuple[PathStep, ...]


@dataclass(frozen=True, slots=True)
class EntityInput:
    """How an object in the response tree becomes a representation, for the concrete types `runtime_types`.

    `typename` is what is sent as `__typename` (the interface's name towards an interface object), or None to send the
    object's own. `required` are its fields, of which `key` are those that it is found by. An object that lacks one of
    the fields is left out, and so is one of which all of the key is null.
    """

    runtime_types: tuple[str, ...]
    typename: str | None
    required: tuple[Required, ...]
    key: tuple[Required, ...]


@dataclass(frozen=True, slots=True)
class ContextVariable:
    """A variable whose value comes from an object above each entity of a group (`@fromContext`).

    That object is the one on the way to the entity after the first steps of the group's path: `depths` has their number
    for each path of the group. A fetch whose group has context variables has no other group. The value is the only leaf
    of `required`, whatever fields or fragments it is below, read from the response tree; null if there is none.
    Entities whose values differ cannot share an `_entities` field: each set of values gets one of its own, under an
    alias, in the same request (`AliasedOperation`). `type` is the variable's type.
    """

    variable: str
    type: str
    depths: tuple[int, ...]
    required: tuple[Required, ...]


@dataclass(frozen=True, slots=True)
class EntityGroup:
    """One `_entities` field of an entity fetch: its representations come from the objects at `paths`.

    Several paths may feed one group when they ask the same: representations are de-duplicated over all of them.
    `alias` is the reply's key, `variable` the name of its representations variable. Where `conditions` do not hold, no
    representations are sent (and where there is only one set of them, the field is not asked for). `typename_override`
    is true when the reply's `__typename` is to replace the object's in the tree (moving from an interface object to the
    real type).
    """

    alias: str
    variable: str
    paths: tuple[Path, ...]
    inputs: tuple[EntityInput, ...]
    selections: tuple[Selection, ...]
    conditions: Alternatives = ()
    typename_override: bool = False
    contexts: tuple[ContextVariable, ...] = ()


@dataclass(frozen=True, slots=True)
class AliasedOperation:
    """The GraphQL text of a fetch that asks for its only group several times, each time with other context values.

    `head` ends before the parentheses, `shared` are the definitions of the client's variables. `variables` and `field`
    are cut wherever the number of one `_entities` field goes: `"0".join(field)` is the first field.
    """

    head: str
    shared: tuple[str, ...]
    variables: tuple[str, ...]
    field: tuple[str, ...]

    def text(self, count: int) -> str:
        """The operation with so many `_entities` fields."""
        numbers = [str(number) for number in range(count)]
        definitions = ", ".join([*self.shared, *(number.join(self.variables) for number in numbers)])
        return f"{self.head}({definitions}) {{ {' '.join(number.join(self.field) for number in numbers)} }}"


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph.

    Either a root fetch (`selections`, with `groups` empty) or an entity fetch (`groups`, one or more aliased
    `_entities` fields sent together). `operation` is the GraphQL text sent, `variables` the client's variables it uses
    (those of representations are in the groups). `id` is unique in its plan and referred to by `depends_on`: the
    executor may start a fetch as soon as those have ended (or were left out by a condition), which lets it run more in
    parallel than Sequence and Parallel alone tell.

    `paths` is nearly always empty: where a field leads back to the query root (`type Payload { query: Query }`), a root
    fetch may be for the objects there. Its reply then goes into each object at these paths, not into the root of the
    response tree; it need not be sent where there are none.

    `aliased` is there if the group has context variables: the same fetch for several sets of their values. The aliases
    of its `_entities` fields are `_e0`, `_e1`, ...; the names of its variables those of the group, `_` and the number.
    """

    id: int
    subgraph: str  # the subgraph's own name
    kind: OperationKind
    operation: str
    operation_name: str | None = None
    variables: tuple[str, ...] = ()
    selections: tuple[Selection, ...] = ()
    groups: tuple[EntityGroup, ...] = ()
    depends_on: tuple[int, ...] = ()
    paths: tuple[Path, ...] = ()
    aliased: AliasedOperation | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """Nodes one after another."""

    nodes: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Nodes at the same time."""

    nodes: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A node that runs only where one of the sets of conditions holds as a whole."""

    any_of: Alternatives
    node: PlanNode


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription: `primary` is the subscribing fetch, `rest` runs for each event on its data."""

    primary: Fetch
    rest: PlanNode | None = None


PlanNode = Fetch | Sequence | Parallel | Condition | Subscription


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """The plan of one operation; `node` is None when there is nothing to fetch (introspection alone, say)."""

    kind: OperationKind
    node: PlanNode | None
