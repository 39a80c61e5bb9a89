"""Large variables: their number is limited, coercing them takes linear time, and nothing stalls the event loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse

from hanse_router.errors import VariablesRefused
from hanse_router.prepare.variables import ManyWrongVariables, check_size, count_values, prepare_variables
from tests.hostile.probe import no_stall
from tests.router.planner.test_bounds import calls_of
from tests.router.platform import Platform

SCHEMA = build_schema("""
type Query { f(numbers: [Int!], nested: [[Int]], many: [In!], one: In, any: Any): Int }
input In { x: Int! y: String more: [In!] }
scalar Any
""")
DOCUMENT = "query($numbers: [Int!], $nested: [[Int]], $many: [In!], $one: In, $any: Any) { f }"
ECHO = "query($a: Int!, $any: Any, $b: In) { echo(a: $a, any: $any, b: $b) }"


def coerce(variables: dict[str, Any]) -> Any:
    operation = parse(DOCUMENT).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return prepare_variables(operation.variable_definitions or (), SCHEMA)(variables)


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"x": 1}
    for _ in range(depth):
        value = {"x": 1, "more": [value]}
    return value


SHAPES = {
    "numbers": lambda count: {"numbers": [1] * count},
    "lists": lambda count: {"nested": [[1, 2]] * count},
    "objects": lambda count: {"many": [{"x": 1, "y": "z"}] * count},
    "objects in an object": lambda count: {"one": {"x": 1, "more": [{"x": 1}] * count}},
    "any values": lambda count: {"any": [{"a": [n]} for n in range(count)]},
    "a wrong one at the end": lambda count: {"numbers": [*([1] * count), "wrong"]},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_ten_times_the_values_take_no_more_than_fifteen_times_the_work(shape: Any) -> None:
    def work(count: int) -> int:
        variables = shape(count)

        def run() -> None:
            check_size(variables, 10**9)
            try:
                coerce(variables)
            except VariablesRefused:
                pass
            except ManyWrongVariables as wrong:
                wrong.explain()

        return calls_of(run)

    assert work(3_000) < 15 * work(300)


@pytest.mark.parametrize(
    ("variables", "count"),
    [
        ({}, 0),
        ({"a": 1, "b": None}, 2),
        ({"a": [1, 2, 3]}, 4),
        ({"a": [[1], {"b": [2, 3]}]}, 7),
    ],
)
def test_values_count_in_lists_and_objects(variables: dict[str, Any], count: int) -> None:
    assert count_values(variables, 100) == count


async def test_more_values_than_the_maximum_are_refused(tmp_path: Path) -> None:
    platform = Platform(tmp_path, limits={"max_variable_values": 5})
    assert (await platform.post(ECHO, variables={"a": 1, "any": [1, 2, 3]})).status == 200
    reply = await platform.post(ECHO, variables={"a": 1, "any": [1, 2, 3, 4]})
    assert (reply.status, reply.codes) == (400, ["MAX_VARIABLES_LIMIT"])
    assert "limits.max_variable_values" in reply.json["errors"][0]["message"]


LARGE = {
    "40,000 numbers": {"a": 1, "any": [1] * 40_000},
    "as many numbers as a body takes": {"a": 1, "any": [1] * 900_000},
    "19,000 numbers": {"a": 1, "any": [1] * 19_000},
    "6,000 objects": {"a": 1, "any": [{"x": 1, "y": 2}] * 6_000},
    "15,000 objects in a wrong place": {"a": [{"x": 1}] * 9_000},
    "a number of a million letters": {"a": "9" * 1_000_000},
    "an object with 15,000 unknown fields": {"a": 1, "b": {f"x{n}": n for n in range(15_000)}},
    "objects nested 100 deep": {"a": 1, "any": nested(100)},
}


@pytest.mark.parametrize("variables", LARGE.values(), ids=LARGE)
async def test_large_variables_do_not_stall_the_loop(tmp_path: Path, variables: dict[str, Any]) -> None:
    """Whether they are accepted or refused, errors are short."""
    platform = Platform(tmp_path)
    await platform.post(ECHO, variables={"a": 1})
    async with no_stall():
        reply = await platform.post(ECHO, variables=variables)
    assert reply.status in (200, 400)
    if reply.status == 400:
        assert len(reply.body) < 50_000


def test_objects_nested_too_deeply_are_refused() -> None:
    with pytest.raises((VariablesRefused, ManyWrongVariables)):
        coerce({"one": nested(2_000)})
