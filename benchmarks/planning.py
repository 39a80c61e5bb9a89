"""The time to plan and compile an operation for the first time."""

from __future__ import annotations

import statistics
import time

from graphql import parse

from benchmarks.cases import CASES
from hanse_router.execute import CompiledPlan
from hanse_router.planner import Planner
from hanse_router.prepare.expand import expand_operation
from hanse_schema.supergraph import api_schema, parse_supergraph


def two_hundred_fields() -> str:
    """An operation of some 200 fields over all subgraphs."""
    leaf = "upc name price weight inStock shippingEstimate"
    person = f"id name username birthday reviews {{ id body product {{ {leaf} }} }}"
    reviews = f"reviews {{ id author {{ {person} }} }}"
    blocks = [f"u{n}: users {{ {person} }} t{n}: topProducts(first: {n + 1}) {{ {leaf} {reviews} }}" for n in range(6)]
    return "{ " + " ".join(blocks) + " }"


def planning_times(rounds: int = 15) -> list[tuple[str, int, float, float]]:
    """For each operation: its name and number of fields, and the CPU time in ms to plan and to compile it (medians)."""
    case = CASES[0]
    supergraph = parse_supergraph(case.supergraph("http://127.0.0.1:4200"))
    schema_of_clients = api_schema(supergraph)
    found = []
    for name, text in ((case.name, case.text), ("200 fields", two_hundred_fields())):
        document = parse(text)
        plans, compilations = [], []
        for _ in range(rounds):
            planner = Planner(supergraph)  # it has learnt nothing yet
            began = time.process_time()
            operation = expand_operation(document, supergraph, schema_of_clients)
            plan = planner.plan(operation)
            planned = time.process_time()
            CompiledPlan(plan, operation, schema_of_clients)
            plans.append(planned - began)
            compilations.append(time.process_time() - planned)
        fields = sum(1 for word in text.replace("{", " ").replace("}", " ").split() if word[0].islower())
        found.append((name, fields, 1000 * statistics.median(plans), 1000 * statistics.median(compilations)))
    return found
