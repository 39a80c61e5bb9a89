"""The edges of the query graph: fields within a subgraph, and entries into a subgraph by a key."""

from __future__ import annotations

from dataclasses import dataclass

from hanse_schema.query_graph.field_set import Picks
from hanse_schema.query_graph.node import Node
from hanse_schema.supergraph.model import ContextArgument


@dataclass(frozen=True, slots=True)
class OverrideCondition:
    """The edge holds only while the progressive override's label is `active` (or is not)."""

    label: str
    active: bool


@dataclass(frozen=True, slots=True)
class FieldEdge:
    """A field that a subgraph resolves: `type` is its type reference there, `target` None for a leaf.

    With `requires`, the subgraph has to be entered with those fields in the representation; with `contexts`, with
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
        """Whether an object that the subgraph itself gave is enough to resolve it."""
        return not self.requires and not self.contexts


@dataclass(frozen=True, slots=True)
class Entry:
    """A way into a subgraph for an object of a type: its `key` goes there, under the name of `target`'s type.

    The query root, wherever a field leads back to it, is entered without any key. `to_interface_object` tells that the
    subgraph takes the interface for an object type: the interface's name is sent.
    """

    target: Node
    key: Picks
    to_interface_object: bool = False
