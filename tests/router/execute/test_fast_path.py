"""What can be seen of the fast path: its source in tracebacks, its metrics, its log, its documentation."""

from __future__ import annotations

import gc
import json
import linecache
import logging
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema

from hanse_router.execute import Call, run
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.compiled import Reason
from hanse_router.execute.compiled.source import Source
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import QueryPlan
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports.protocol import CoroutineTransport
from tests.router.execute.plans import root
from tests.router.planning import compiled_over

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "explanation" / "execution.md"
SDL = "type Query { users: [User] me: User! } type User { id: ID! name: String }"


class Replies(CoroutineTransport):
    """A subgraph that sends these replies, one after the other; the last one again and again."""

    def __init__(self, *replies: Any) -> None:
        self._replies = list(replies)

    async def send(self, request: object) -> bytes:
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return json.dumps(reply).encode()

    def stream(self, request: object) -> AsyncIterator[bytes]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


def compiled(text: str, metrics: Metrics, fetched: str = "") -> CompiledPlan:
    plan = QueryPlan(OperationKind.QUERY, root(1, "a", fetched or text))
    return compiled_over(build_schema(SDL), text, plan, metrics=metrics.execution)


async def executed(plan: CompiledPlan, *replies: Any, times: int = 3) -> None:
    call = Call({"a": Replies(*replies)})
    for _ in range(times):
        await run(plan, {}, call)


def counted(metrics: Metrics, series: str) -> float | None:
    for line in metrics.exposition().decode().splitlines():
        if line.startswith(f"{series} "):
            return float(line.split()[1])
    return None


def test_tracebacks_show_generated_lines() -> None:
    source = Source()
    source.function("divide", "number", "Fail.").line(1, "return number / 0")
    module = source.compile()
    with pytest.raises(ZeroDivisionError) as caught:
        module["divide"](1)
    assert "return number / 0" in "".join(traceback.format_exception(caught.value))


def test_generated_lines_are_released_with_their_plan() -> None:
    gc.collect()
    before = {name for name in linecache.cache if name.startswith("<hanse compiled plan")}
    plan = compiled("{ me { id } }", Metrics())
    fast = plan.variant({}).generate()
    assert {name for name in linecache.cache if name.startswith("<hanse compiled plan")} > before
    del plan, fast
    gc.collect()
    assert {name for name in linecache.cache if name.startswith("<hanse compiled plan")} <= before


async def test_metrics_count_the_paths() -> None:
    metrics = Metrics()
    plan = compiled("{ me { id } }", metrics)
    fine, wrong = {"data": {"me": {"id": "1"}}}, {"data": {"me": {"id": 1}}}
    await executed(plan, fine, fine, wrong, fine, times=4)
    assert counted(metrics, 'hanse_executions_total{path="general"}') == 1
    assert counted(metrics, 'hanse_executions_total{path="fast"}') == 2
    assert counted(metrics, 'hanse_executions_total{path="fallback"}') == 1
    assert counted(metrics, "hanse_general_path_operations_total") is None


async def test_an_operation_without_a_fast_path_is_counted_once_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    plan = compiled("query Me { me { id n: name } }", metrics, "{ me { id n__wire: name } }")
    with caplog.at_level(logging.DEBUG, "hanse_router.execute"):
        await executed(plan, {"data": {"me": {"id": "1", "n": "x"}}}, times=5)
    reason = plan.variant({}).general_reason
    assert reason is not None
    assert counted(metrics, f'hanse_general_path_operations_total{{reason="{reason}"}}') == 1
    assert counted(metrics, 'hanse_executions_total{path="general"}') == 5
    (message,) = [record.message for record in caplog.records]
    assert message.startswith(f"operation Me uses the general path: {reason.value}")


def test_every_reason_is_documented() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    documented = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `") and "hanse_" not in line]
    assert documented == [reason.value for reason in Reason]
