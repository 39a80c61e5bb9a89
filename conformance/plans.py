"""Compares the sizes of our plans with those of the reference planners: `python -m conformance.plans`.

Random subgraph sets and random operations over them, those of the router's property tests. Only sizes are compared
here; those tests and the audit check that our plans are correct.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from graphql import GraphQLSchema, parse, validate

from conformance.empty_objects import without_empty_objects
from conformance.oracles.planners import PlannerName, Planners, ReferencePlan, Size
from conformance.strictness import unresolvable
from hanse_router.planner import Planner, QueryPlan
from hanse_router.planner.print_plan import fetches_of, print_plan
from hanse_router.prepare.expand import expand_operation
from hanse_router.query_plan import PlanNode
from hanse_schema.compose import compose
from hanse_schema.supergraph import api_schema
from tests.router.property.graphs import LABEL, random_subgraphs
from tests.router.property.operations import OperationMaker
from tests.router.property.shrink import shrink

PLANNERS: tuple[PlannerName, ...] = ("apollo", "hive")
OUTCOMES = ("more levels", "more fetches", "the same", "fewer fetches", "fewer levels")


@dataclass(frozen=True, slots=True)
class Graph:
    """A supergraph with our planner for it, and the override labels that are active."""

    seed: int
    sdl: str
    planner: Planner
    api_schema: GraphQLSchema
    labels: frozenset[str]

    def plan(self, query: str) -> QueryPlan:
        """Our plan."""
        operation = expand_operation(parse(query), self.planner.graph.supergraph, self.api_schema)
        return self.planner.plan(operation, override_labels=self.labels)

    def our_size(self, query: str) -> Size:
        """The size of our plan."""
        return size_of(self.plan(query).node)

    def objections(self, query: str, reference: ReferencePlan) -> list[str]:
        """Why the reference's plan is not one to compare with.

        It fetches fields where they are not guaranteed to resolve, or it does not ask whether objects exist.
        """
        if self._is_shorter_without_empty_objects(query, reference.size):
            return ["the existence of an object without selected fields is not asked"]
        return unresolvable(self.planner.graph, self.labels, reference.node)

    def _is_shorter_without_empty_objects(self, query: str, theirs: Size) -> bool:
        """Whether ours needs more than theirs only to know of objects without selected fields whether they exist."""
        reduced = without_empty_objects(query)
        if reduced == query or not is_worse(self.our_size(query), theirs):
            return False
        return not is_worse(self.our_size(reduced), theirs)


@dataclass(slots=True)
class Tally:
    """The comparison with one planner; `worse` lists the operations for which our plans are larger."""

    outcomes: Counter[str] = field(default_factory=Counter)
    ours: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    objections: int = 0
    worse: list[tuple[Graph, str]] = field(default_factory=list)


def size_of(node: PlanNode | None) -> Size:
    """The levels and fetches of our plan; a fetch waits for its dependencies."""
    levels: dict[int, int] = {}
    for fetch in fetches_of(node):
        levels[fetch.id] = 1 + max((levels[before] for before in fetch.depends_on), default=0)
    return Size(max(levels.values(), default=0), len(levels))


def graphs(first_seed: int, count: int) -> Iterator[Graph]:
    """Random subgraph sets that compose."""
    seed = first_seed
    while count:
        composition = compose(random_subgraphs(seed))
        if composition.supergraph is not None and composition.sdl is not None:
            supergraph = composition.supergraph
            labels = frozenset({LABEL} if seed % 2 else ())
            yield Graph(seed, composition.sdl, Planner(supergraph), api_schema(supergraph), labels)
            count -= 1
        seed += 1


def operations(graph: Graph, count: int) -> Iterator[str]:
    """Random valid operations."""
    for number in range(count):
        text = OperationMaker(graph.api_schema, random.Random(f"{graph.seed}/{number}")).make()
        if not validate(graph.api_schema, parse(text)):
            yield text


def outcome(ours: Size, theirs: Size) -> str:
    """The result for an operation: levels count before fetches."""
    if ours.levels != theirs.levels:
        return "more levels" if ours.levels > theirs.levels else "fewer levels"
    if ours.fetches != theirs.fetches:
        return "more fetches" if ours.fetches > theirs.fetches else "fewer fetches"
    return "the same"


def is_worse(ours: Size, theirs: Size) -> bool:
    """Whether our plan is larger."""
    return outcome(ours, theirs).startswith("more")


def compare(planners: Planners, graph: Graph, query: str, tallies: dict[PlannerName, Tally]) -> None:
    """Count one operation."""
    ours = graph.our_size(query)
    for name, tally in tallies.items():
        reference = planners.plan(name, graph.sdl, query, graph.labels)
        if reference.crash is not None:
            tally.crashes += 1
            continue
        if graph.objections(query, reference):
            tally.objections += 1
            continue
        found = outcome(ours, reference.size)
        tally.outcomes[found] += 1
        tally.ours.update(levels=ours.levels, fetches=ours.fetches)
        tally.theirs.update(levels=reference.size.levels, fetches=reference.size.fetches)
        if is_worse(ours, reference.size):
            tally.worse.append((graph, query))


def example(planners: Planners, name: PlannerName, graph: Graph, query: str) -> str:
    """The smallest part of an operation for which our plan is still larger, with both plans."""

    def stays_worse(text: str) -> bool:
        if validate(graph.api_schema, parse(text)):
            return False
        reference = planners.plan(name, graph.sdl, text, graph.labels)
        if reference.crash is not None or graph.objections(text, reference):
            return False
        return is_worse(graph.our_size(text), reference.size)

    smallest = shrink(query, stays_worse)
    reference = planners.plan(name, graph.sdl, smallest, graph.labels)
    plan = graph.plan(smallest)
    head = f"seed {graph.seed}, against {name}: {size_of(plan.node)}; theirs {reference.size}"
    return "\n".join([head, smallest, print_plan(plan), f"theirs: {reference.node}", ""])


def table(tallies: dict[PlannerName, Tally]) -> str:
    """A table of the counts, one column per planner."""
    rows = [["operations compared", *(str(tally.outcomes.total()) for tally in tallies.values())]]
    rows += [[f"ours needs {one}", *(_share(tally.outcomes, one) for tally in tallies.values())] for one in OUTCOMES]
    rows += [
        [f"{what}, ours / theirs", *(f"{tally.ours[what]} / {tally.theirs[what]}" for tally in tallies.values())]
        for what in ("levels", "fetches")
    ]
    rows.append(
        [
            "left out: the reference's plan asks what is not sure to be there, or too little",
            *(str(tally.objections) for tally in tallies.values()),
        ]
    )
    rows.append(["left out: the reference makes no plan", *(str(tally.crashes) for tally in tallies.values())])
    head = ["", *(f"against {name}" for name in tallies)]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
    )


def _share(outcomes: Counter[str], name: str) -> str:
    return f"{outcomes[name]} ({100 * outcomes[name] / max(1, outcomes.total()):.2f} %)"


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="conformance.plans", description=__doc__)
    parser.add_argument("--sets", type=int, default=300, help="how many subgraph sets (default 300)")
    parser.add_argument("--operations", type=int, default=10, help="how many operations for each (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--planner", choices=PLANNERS, action="append", help="only this one; may be given again")
    parser.add_argument("--examples", type=int, default=5, help="how many operations to show where ours needs more")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run with command line arguments; returns 0 if our plans never have more levels than the first reference."""
    options = arguments().parse_args(words)
    tallies: dict[PlannerName, Tally] = {name: Tally() for name in options.planner or PLANNERS}
    began = time.monotonic()
    with Planners() as planners:
        for graph in graphs(options.seed, options.sets):
            for query in operations(graph, options.operations):
                compare(planners, graph, query, tallies)
        for name, tally in tallies.items():
            for graph, query in tally.worse[: options.examples]:
                print(example(planners, name, graph, query), flush=True)
    print(table(tallies))
    print(f"seeds from {options.seed}, {time.monotonic() - began:.0f} s")
    return int(any(tally.outcomes["more levels"] for name, tally in tallies.items() if name == "apollo"))


if __name__ == "__main__":
    sys.exit(main())
