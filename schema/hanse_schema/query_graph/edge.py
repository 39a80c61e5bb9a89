"""The edges of the query graph: fields within a subgraph, and entries into a subgraph by a key."""

from __future__ import annotations

from dataclasses import dataclass

from hanse_schema.query_graph.field_set import Picks
from hanse_schema.query_graph.node import Node
from hanse_schema.supergraph.model import ContextArgument


@dataclass(frozen=True, slots=True)
class OverrideCondition:
    """The edge exists only if the progressive override's label is active (or inactive, if `active` is false)."""

    label: str
    active: bool


@dataclass(frozen=True, slots=True)
class FieldEdge:
    """A field that a subgraph resolves: `type` is its type reference there, `target` None for a leaf.

    With `requires`, the subgraph must be entered with these fields in the representation; with `contexts`, with
    arguments taken from objects above.
    """

    name: str
    type: str
    target: Node | None
    requires: Picks = ()
    contexts: tuple[ContextArgument, ...] = ()
    condition: OverrideCondition | None = None

    @property
    def is_plain(self) -> bool:
        """Whether an object returned by the subgraph itself is sufficient to resolve it."""
        return not self.requires and not self.contexts


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry into a subgraph for an entity: its `key` is sent, with the name of `target`'s type.

    The key of a singleton entity is empty: the type's name is sufficient. `is_root`: the query root, if a field returns
    it, is entered without a representation. `to_interface_object` means that the subgraph has an interface object: the
    interface's name is sent.
    """

    target: Node
    key: Picks
    to_interface_object: bool = False
    is_root: bool = False
