"""A client of the reference planners: the number of levels and fetches of an operation's plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from conformance.oracles.client import NodeProcess, OracleCrash

PlannerName = Literal["apollo", "hive"]


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """The size of a plan: sequential levels of fetches, and the total number of fetches."""

    levels: int
    fetches: int

    def __str__(self) -> str:
        return f"{self.levels} levels, {self.fetches} fetches"


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    """A reference planner's plan as JSON; `crash` is set if there is none."""

    node: Any = None
    crash: str | None = None

    @property
    def size(self) -> Size:
        """Its levels and fetches."""
        return size_of(self.node)


class Planners(NodeProcess):
    """The reference planners, over one supergraph at a time."""

    def __init__(self, *, timeout: float = 20.0) -> None:
        """`timeout` is the maximum time of a plan, in seconds."""
        super().__init__("plans.mjs", timeout=timeout)

    def plan(self, planner: PlannerName, supergraph: str, query: str, labels: Iterable[str] = ()) -> ReferencePlan:
        """The plan of an operation; `labels` are those of progressive overrides that are active."""
        request = {"planner": planner, "supergraph": supergraph, "query": query, "labels": list(labels)}
        try:
            answer = self.ask(request)
        except OracleCrash as crash:
            return ReferencePlan(crash=str(crash))
        return ReferencePlan((answer.get("plan") or {}).get("node"), answer.get("crash"))


def size_of(node: Any) -> Size:
    """The levels and fetches of a plan node in the references' JSON."""
    match node:
        case {"serviceName": _}:  # a fetch of any kind; Hive's subscription fetch has none
            return Size(1, 1)
        case {"kind": "Flatten", "node": inner}:
            return size_of(inner)
        case {"kind": "Sequence", "nodes": [*nodes]}:
            sizes = [size_of(inner) for inner in nodes]
            return Size(sum(size.levels for size in sizes), sum(size.fetches for size in sizes))
        case {"kind": "Parallel", "nodes": [*nodes]}:
            return _side_by_side(nodes)
        case {"kind": "Condition"}:
            return _side_by_side([node.get("ifClause"), node.get("elseClause")])
        case {"kind": "Subscription"}:
            return size_of({"kind": "Sequence", "nodes": [node["primary"], node.get("rest")]})
        case None:
            return Size(0, 0)
    raise ValueError(f"a plan node of a kind that is not known: {node}")


def _side_by_side(nodes: list[Any]) -> Size:
    sizes = [size_of(inner) for inner in nodes]
    return Size(max((size.levels for size in sizes), default=0), sum(size.fetches for size in sizes))
