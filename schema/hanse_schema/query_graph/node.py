"""The nodes of the query graph: a type in a subgraph, with the fields added by a `@provides` on the path to it."""

from __future__ import annotations

from typing import NamedTuple

from hanse_schema.query_graph.field_set import Picks, print_picks


class Node(NamedTuple):  # a tuple, since planning mostly hashes and compares nodes
    """A type in one subgraph; `provides` are the external fields that this copy of it resolves."""

    graph: str
    type: str
    provides: Picks = ()

    def __str__(self) -> str:
        provided = f" +{{ {print_picks(self.provides)} }}" if self.provides else ""
        return f"{self.type}@{self.graph}{provided}"
