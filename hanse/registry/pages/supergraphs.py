"""The graph of a line's newest version, parsed once: pages of the same version share it, its planner and its usage."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from graphql import GraphQLError, parse

from hanse.checks.graphs import Graph
from hanse.registry.pages.routing import LineVisit
from hanse.registry.server import queries
from hanse.registry.server.app import RegistryApp
from hanse.registry.store import OperationUsage
from hanse_router.errors import RouterError
from hanse_router.planner import PlanError, QueryPlan
from hanse_router.prepare.validate import choose_operation
from hanse_schema.checks.operation_use import OperationUse, operation_use
from hanse_schema.supergraph import parse_supergraph
from hanse_schema.supergraph.model import Supergraph

MAX_OPERATIONS = 500  # whose use of the schema is read, the most used first
MAX_CHARACTERS = 500_000  # of their signatures together


@dataclass(frozen=True, slots=True)
class Used:
    """An operation: what it uses of the schema, and the number of its requests."""

    use: OperationUse
    requests: int


@dataclass(frozen=True, slots=True)
class ReadGraph:
    """A parsed supergraph. What is made from it is kept, one thread at a time."""

    graph: Graph
    _uses: dict[str, OperationUse | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def supergraph(self) -> Supergraph:
        """The supergraph."""
        return self.graph.supergraph

    def plan(self, text: str) -> QueryPlan | str:
        """The plan of an operation as a router with default settings makes it, or why it refuses the operation."""
        with self._lock:
            try:
                return self.graph.planner.plan(self.graph.preparer.prepare(text, None).operation)
            except RouterError as error:
                return "; ".join(str(one["message"]) for one in error.formatted())
            except (PlanError, RecursionError):
                return "a router with default settings refuses to plan it: it is too complex"

    def used(self, operations: Iterable[OperationUsage]) -> list[Used]:
        """What the most used operations use of the schema; those that cannot be read are left out."""
        requests: dict[str, int] = {}
        texts: dict[str, str] = {}
        for one in operations:
            requests[one.hash] = requests.get(one.hash, 0) + one.count
            texts[one.hash] = one.signature
        found, room = [], MAX_CHARACTERS
        with self._lock:
            for hash_ in sorted(requests, key=lambda one: (-requests[one], one))[:MAX_OPERATIONS]:
                room -= len(texts[hash_])
                if room < 0:
                    break
                if (use := self._use(hash_, texts[hash_])) is not None:
                    found.append(Used(use, requests[hash_]))
        return found

    def _use(self, hash_: str, text: str) -> OperationUse | None:
        if hash_ not in self._uses:
            if len(self._uses) >= 2 * MAX_OPERATIONS:
                self._uses.clear()
            try:
                document = parse(text, no_location=True)
                self._uses[hash_] = operation_use(self.graph.api, document, choose_operation(document, None))
            except (GraphQLError, RouterError, RecursionError):
                self._uses[hash_] = None
        return self._uses[hash_]


class ReadGraphs:
    """The last few graphs, by the hash of their supergraph's SDL."""

    def __init__(self, size: int = 4) -> None:
        self._size = size
        self._read: OrderedDict[str, ReadGraph] = OrderedDict()

    async def get(self, registry: RegistryApp, digest: str) -> ReadGraph:
        """The graph of the supergraph with the hash."""
        if digest in self._read:
            self._read.move_to_end(digest)
            return self._read[digest]
        text = await queries.schema_text(registry.database, digest)
        read = ReadGraph(Graph({}, await registry.service.compute(lambda: parse_supergraph(text))))
        self._read[digest] = read
        if len(self._read) > self._size:
            self._read.popitem(last=False)
        return read


_SHARED = ReadGraphs()  # texts are equal where their hashes are, also of other servers in the process


async def newest_graph(of: LineVisit) -> ReadGraph:
    """The graph of the newest version of a line."""
    newest = await queries.newest_key(of.registry.database, of.graph, of.line)
    return await _SHARED.get(of.registry, newest.supergraph)
