"""Random operations over subgraphs that fail for some types: what fails has an error, and takes nothing else with it.

Of the data that plain execution gives, a response may lack what has an error: at its path, above it, or, where a null
propagated or a requirement could not be sent, in the same object. All other values are equal. See test_random for the
number of cases.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from hanse_router.execute import Call, CompiledPlan
from hanse_router.operation_kind import OperationKind
from hanse_router.planner.print_plan import print_plan
from hanse_router.transports.protocol import CoroutineTransport, SubgraphRequest
from hanse_schema.compose import compose
from tests.router.execute.paths import compare_paths
from tests.router.planning import operation_of
from tests.router.property.check import Rig
from tests.router.property.graphs import LABEL, random_subgraphs
from tests.router.property.subgraph import WorldSubgraph
from tests.router.property.test_random import CASES, fit_operations, rigs

Path = tuple[Any, ...]
_VARIABLE = re.compile(r"_*representations_?(\d*)")


class Failing(CoroutineTransport):
    """A subgraph that cannot resolve entities of some types: one of them takes the whole reply with it."""

    def __init__(self, subgraph: WorldSubgraph, broken: frozenset[str]) -> None:
        self._subgraph = subgraph
        self._broken = broken
        self.sent: list[bytes] = []

    async def send(self, request: SubgraphRequest) -> bytes:
        """The subgraph's reply, or an error at one of the `_entities` fields."""
        self.sent.append(request.body)
        reply = json.loads(await self._subgraph.send(request))
        assert "errors" not in reply, (request.body, reply["errors"])
        for alias, representations in _representations(request.body):
            for number, one in enumerate(representations):
                if alias in reply["data"] and one["__typename"] in self._broken:
                    path = [alias, number] if len(one["__typename"]) % 2 else [alias]
                    return json.dumps({"data": None, "errors": [{"message": "broken", "path": path}]}).encode()
        return json.dumps(reply).encode()

    def stream(self, request: SubgraphRequest) -> Any:
        """Not here."""
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to close."""


def _representations(body: bytes) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The alias of each `_entities` field, and its representations."""
    for name, value in (json.loads(body).get("variables") or {}).items():
        if found := _VARIABLE.fullmatch(name):
            yield f"_e{found[1]}" if found[1] else "_entities", value


def unexplained(data: Any, expected: Any, errors: Sequence[Path], at: Path = ()) -> Iterator[Path]:
    """The paths where data differs from what is expected without an error that explains it."""
    if data is None:
        if expected is not None and not any(_explains(error, at) for error in errors):
            yield at
    elif isinstance(data, dict) and isinstance(expected, dict) and data.keys() <= expected.keys():
        # Fields of a type are missing where an interface object's type could not be fetched.
        for key, value in expected.items():
            yield from unexplained(data.get(key), value, errors, (*at, key))
    elif isinstance(data, list) and isinstance(expected, list) and len(data) == len(expected):
        for index, value in enumerate(data):
            yield from unexplained(value, expected[index], errors, (*at, index))
    elif data != expected:
        yield at


def _explains(error: Path, null: Path) -> bool:
    if error == null[: len(error)] or null == error[: len(null)]:
        return True
    return len(null) > 1 and error[: len(null) - 1] == null[:-1]


async def _answer(rig: Rig, compiled: CompiledPlan, variables: Mapping[str, Any], broken: frozenset[str]) -> Any:
    def new_call() -> tuple[Call, Mapping[str, list[bytes]]]:
        subgraphs = {name: Failing(subgraph, broken) for name, subgraph in rig.transports.items()}
        return Call(subgraphs), {name: subgraph.sent for name, subgraph in subgraphs.items()}

    return json.loads((await compare_paths(compiled, variables, new_call)).encode())


def _check(rig: Rig, text: str, seed: str) -> bool:
    """Execute an operation over failing subgraphs; return whether anything failed."""
    operation = operation_of(rig.planner, text)
    if operation.kind is OperationKind.SUBSCRIPTION:
        return False
    plan = rig.planner.plan(operation, override_labels=rig.labels)
    compiled = CompiledPlan(plan, operation, rig.api_schema)
    types = sorted(name for name, entries in rig.planner.graph.entries.items() if entries)
    broken = frozenset(random.Random(seed).sample(types, 1 + len(types) // 2))
    response = asyncio.run(_answer(rig, compiled, rig.variables(operation), broken))
    (expected,) = rig.expected(text)
    errors = [tuple(error.get("path", ())) for error in response.get("errors", ())]
    found = list(unexplained(response["data"], expected["data"], errors))
    assert not found, (
        f"{seed}: {text}\n{sorted(broken)}\n{found}\n{json.dumps(response)}\n{expected}\n{print_plan(plan)}"
    )
    return bool(errors)


def test_what_fails_has_an_error_and_nothing_else_is_lost() -> None:
    """As many operations as asked for."""
    tried = failed = 0
    for seed, rig in rigs():
        for number, text in fit_operations(rig, seed):
            failed += _check(rig, text, f"{seed}/{number}")
            tried += 1
        if tried >= CASES:
            break
    print(f"{tried} operations, of which {failed} with errors")
    assert failed > tried / 10


def test_objects_are_not_sent_while_their_type_is_unknown() -> None:
    """The fetch that tells the type behind an interface object fails: the next one wants objects of one type only."""
    supergraph = compose(random_subgraphs(392)).supergraph
    assert supergraph is not None
    assert _check(Rig.over(supergraph), "query Q { ns32 { ... on NA { m29 x27 } n26 } }", "392/6")


def test_the_name_of_an_interface_is_no_typename() -> None:
    """The fetch that tells the type behind an interface object fails: then the object is null, with an error."""
    supergraph = compose(random_subgraphs(539)).supergraph
    assert supergraph is not None
    assert _check(Rig.over(supergraph, frozenset({LABEL})), "query Q { ns29 { x21 __typename } }", "539/7")


@pytest.mark.parametrize(
    ("data", "errors", "found"),
    [
        ({"x": {"n": None}, "y": None}, [("y",)], [("x", "n")]),
        ({"x": {"n": None}, "y": None}, [("y",), ("x", "m")], []),
        ({"x": {"n": 2}, "y": 1}, [("x", "n")], [("x", "n")]),
        (None, [("x", "n")], []),
        (None, [], [()]),
    ],
)
def test_the_oracle(data: Any, errors: list[Path], found: list[Path]) -> None:
    assert list(unexplained(data, {"x": {"n": 1}, "y": 1}, errors)) == found
