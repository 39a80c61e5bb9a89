"""The supergraph of a line's newest version as data, parsed once: pages of the same version share it."""

from __future__ import annotations

from collections import OrderedDict

from hanse.registry.pages.routing import LineVisit
from hanse.registry.server import queries
from hanse.registry.server.app import RegistryApp
from hanse_schema.supergraph import parse_supergraph
from hanse_schema.supergraph.model import Supergraph


class Supergraphs:
    """The last few parsed supergraphs, by the hash of their SDL."""

    def __init__(self, size: int = 4) -> None:
        self._size = size
        self._parsed: OrderedDict[str, Supergraph] = OrderedDict()

    async def get(self, registry: RegistryApp, digest: str) -> Supergraph:
        """The supergraph with the hash."""
        if digest in self._parsed:
            self._parsed.move_to_end(digest)
            return self._parsed[digest]
        text = await queries.schema_text(registry.database, digest)
        parsed = await registry.service.compute(lambda: parse_supergraph(text))
        self._parsed[digest] = parsed
        if len(self._parsed) > self._size:
            self._parsed.popitem(last=False)
        return parsed


_SHARED = Supergraphs()  # texts are equal where their hashes are, also of other servers in the process


async def newest_supergraph(of: LineVisit) -> Supergraph:
    """The supergraph of the newest version of a line."""
    newest = await queries.newest_key(of.registry.database, of.graph, of.line)
    return await _SHARED.get(of.registry, newest.supergraph)
