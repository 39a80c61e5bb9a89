"""Golden plans: each operation in `cases/` has its plan beside it, to be read as documentation.

A case is a folder with a supergraph and operations. HANSE_UPDATE_PLANS=1 composes `subgraphs/` anew, and writes plans;
a case without `subgraphs/` has a supergraph that composition no longer makes (Federation 1).
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest
from graphql import parse, validate

from hanse_router.planner import Planner
from hanse_router.planner.print_plan import print_plan
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource
from hanse_schema.supergraph import api_schema, parse_supergraph
from tests.router.planning import plan_of

CASES = Path(__file__).parent / "cases"
OPERATIONS = sorted(path for path in CASES.glob("*/*.graphql") if path.name != "supergraph.graphql")
UPDATE = os.environ.get("HANSE_UPDATE_PLANS") == "1"


@cache
def supergraph_sdl(folder: Path) -> str:
    """The supergraph of a case."""
    file = folder / "supergraph.graphql"
    if UPDATE and (folder / "subgraphs").is_dir():
        sources = sorted((folder / "subgraphs").glob("*.graphql"))
        composition = compose([SubgraphSource(s.stem, s.read_text(), f"http://{s.stem}.test") for s in sources])
        assert composition.sdl is not None, "\n".join(map(str, composition.errors))
        file.write_text(composition.sdl)
    return file.read_text()


@cache
def planner(folder: Path) -> Planner:
    """The planner of a case."""
    return Planner(parse_supergraph(supergraph_sdl(folder)))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_plan(operation: Path) -> None:
    """The plan is the one that stands beside the operation."""
    text = operation.read_text()
    labels = frozenset(re.findall(r"^# labels: (.+)$", text, re.MULTILINE))
    document = parse(text)
    folder = operation.parent
    assert not validate(api_schema(parse_supergraph(supergraph_sdl(folder))), document)
    plan = print_plan(plan_of(planner(folder), text, override_labels=labels))
    golden = operation.with_suffix(".plan")
    if UPDATE:
        golden.write_text(plan)
    assert plan == golden.read_text()


def test_every_plan_has_its_operation() -> None:
    """No plan is left over."""
    assert {path.with_suffix("") for path in CASES.glob("*/*.plan")} == {path.with_suffix("") for path in OPERATIONS}
