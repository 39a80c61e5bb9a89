"""The least solution of equations that refer to each other, found by repetition and without recursion."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)
Value = TypeVar("Value")


class Fixpoint(Generic[Node, Value]):
    """Values of nodes, each computed from the values of other nodes, cyclic or not.

    `compute(node)` may call `get` for the nodes it needs; it is called again whenever one of those has grown. It has to
    be monotone: with larger values to read, its own value may only grow. `bottom(node)` is the least value.
    """

    def __init__(self, compute: Callable[[Node], Value], bottom: Callable[[Node], Value]) -> None:
        self._compute = compute
        self._bottom = bottom
        self._values: dict[Node, Value] = {}
        self._readers: dict[Node, set[Node]] = {}
        self._new: list[Node] = []
        self._grown_under: dict[Node, None] = {}  # nodes to be computed again, in order
        self._current: Node | None = None

    def get(self, node: Node) -> Value:
        """The node's value: final, unless called by `compute`, which sees what is known so far."""
        if self._current is not None:
            self._readers.setdefault(node, set()).add(self._current)
        if node not in self._values:
            self._values[node] = self._bottom(node)
            self._new.append(node)
            if self._current is None:
                self._solve()
        return self._values[node]

    def _solve(self) -> None:
        # New nodes come first, and the last reader before the first, so that most are computed no more than twice.
        while self._new or self._grown_under:
            self._current = node = self._new.pop() if self._new else self._grown_under.popitem()[0]
            value = self._compute(node)
            if value != self._values[node]:
                self._values[node] = value
                self._grown_under.update(dict.fromkeys(self._readers.get(node, ())))
        self._current = None
        self._readers.clear()
