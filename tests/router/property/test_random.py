"""Random operations over random supergraphs answer as plain execution over the same data does.

HANSE_PROPERTY_CASES sets how many operations are tried (a run of thousands is meant to be made now and then),
HANSE_PROPERTY_SEED the first seed. A failure tells the seed and the smallest operation that still fails.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

from hanse_router.planner.print_plan import print_plan
from hanse_schema.compose import compose
from tests.router.planning import plan_of
from tests.router.property.check import Rig, is_fit
from tests.router.property.graphs import LABEL, random_subgraphs
from tests.router.property.operations import OperationMaker
from tests.router.property.shrink import shrink

CASES = int(os.environ.get("HANSE_PROPERTY_CASES", "80"))
SEED = int(os.environ.get("HANSE_PROPERTY_SEED", "0"))
OPERATIONS_PER_GRAPH = 10


def rigs() -> Iterator[tuple[int, Rig]]:
    """Seeds whose subgraphs compose, each with its rig."""
    seed = SEED
    while True:
        composition = compose(random_subgraphs(seed))
        if composition.supergraph is not None:
            yield seed, Rig.over(composition.supergraph, frozenset({LABEL} if seed % 2 else ()))
        seed += 1


def fit_operations(rig: Rig, seed: int) -> Iterator[tuple[int, str]]:
    """Valid operations that plain execution answers without errors."""
    for number in range(OPERATIONS_PER_GRAPH):
        text = OperationMaker(rig.api_schema, random.Random(f"{seed}/{number}")).make()
        if is_fit(rig, text):
            yield number, text


def explain(rig: Rig, seed: int, number: int, text: str) -> str:
    """What is to be known of a failure."""
    smallest = shrink(text, lambda smaller: is_fit(rig, smaller) and rig.differs(smaller))
    lines = [f"seed {seed}, operation {number}, shrunk to:", smallest, f"expected {rig.expected(smallest)}"]
    try:
        lines += [
            print_plan(plan_of(rig.planner, smallest, override_labels=rig.labels)),
            f"got {rig.answer(smallest)}",
        ]
    except Exception as error:
        lines.append(f"got {error!r}")
    return "\n".join(lines)


def test_random_operations() -> None:
    """As many operations as asked for answer alike."""
    tried = 0
    for seed, rig in rigs():
        for number, text in fit_operations(rig, seed):
            assert not rig.differs(text), explain(rig, seed, number, text)
            tried += 1
        if tried >= CASES:
            break
    print(f"{tried} operations, seeds {SEED} to {seed}")
