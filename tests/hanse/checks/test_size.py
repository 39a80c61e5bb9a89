"""The work of a check grows with the number of subgraphs, changes and operations, not faster."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hanse.checks.known_operations import KnownOperation
from hanse.checks.request import CheckRequest
from hanse.checks.run import run_checks
from hanse_schema.checks.report import Verdict
from hanse_schema.subgraph.model import SubgraphSource
from tests.router.planner.test_bounds import calls_of

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'


def subgraph(number: int, fields: str = "size: Int") -> SubgraphSource:
    name = f"part{number}"
    types = f'type Query {{ e{number}: E{number} }} type E{number} @key(fields: "id") {{ id: ID! {fields} }}'
    return SubgraphSource(name, LINK + types, f"http://{name}.test")


def many_subgraphs(size: int) -> CheckRequest:
    """One of many subgraphs changes."""
    before = {f"part{number}": subgraph(number) for number in range(size)}
    return CheckRequest(before=before, after=before | {"part0": subgraph(0, "weight: Int")})


def many_changes(size: int) -> CheckRequest:
    """One subgraph removes many fields, of which each is used by an operation."""
    fields = " ".join(f"f{number}: Int" for number in range(size))
    operations = [
        KnownOperation(f"{{ e0 {{ f{number} }} }}", None, f"{number:064}", "test") for number in range(min(size, 100))
    ]
    before = {"part0": subgraph(0, fields)}
    return CheckRequest(before=before, after={"part0": subgraph(0)}, operations=tuple(operations))


def many_operations(size: int) -> CheckRequest:
    """Many operations use the removed field."""
    operations = [
        KnownOperation(f"{{ a{number}: e0 {{ id size }} }}", None, f"{number:064}", "test") for number in range(size)
    ]
    before = {"part0": subgraph(0), "part1": subgraph(1)}
    after = before | {"part0": subgraph(0, "weight: Int")}
    return CheckRequest(before=before, after=after, operations=tuple(operations))


@pytest.mark.parametrize(("make", "size"), [(many_subgraphs, 8), (many_changes, 10), (many_operations, 20)])
def test_ten_times_the_input_takes_at_most_fifteen_times_the_work(
    make: Callable[[int], CheckRequest], size: int
) -> None:
    few, many = make(size), make(size * 10)
    assert run_checks(many).verdict is Verdict.FAILED
    assert calls_of(lambda: run_checks(many)) <= 15 * calls_of(lambda: run_checks(few))
