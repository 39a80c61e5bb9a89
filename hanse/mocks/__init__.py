"""Mocks of subgraphs: typed, seeded data for any operation, the same for each entity key.

`MockSubgraph(name, sdl, values).execute(body)` answers what the router sends; `read_values(path)` reads a file of
values that replace made-up ones.
"""

from __future__ import annotations

from hanse.mocks.subgraph import MockSubgraph
from hanse.mocks.values_file import MockValues, read_values

__all__ = ["MockSubgraph", "MockValues", "read_values"]
