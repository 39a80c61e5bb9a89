"""Keeps what was read of subgraphs between graphs that have most of them in common."""

from __future__ import annotations

from collections.abc import Sequence

from hanse_schema.subgraph.model import SubgraphSource
from hanse_schema.subgraph.read import Read, read


class IngestCache:
    """The subgraphs of the last graph, read, by their name, URL and SDL.

    What it holds never changes: each graph gets copies of what composition changes. So threads may share it.
    """

    def __init__(self) -> None:
        self._reads: dict[SubgraphSource, Read] = {}

    def read_all(self, sources: Sequence[SubgraphSource]) -> list[Read]:
        """Read the subgraphs of a graph, in order: those that the last graph did not have."""
        known = self._reads
        self._reads = reads = {source: known.get(source) or read(source) for source in sources}
        return [reads[source].copy() for source in sources]
