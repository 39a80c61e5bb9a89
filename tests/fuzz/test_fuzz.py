"""A short run of the fuzzer, and what it would report."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.__main__ import Findings, fuzz, summary
from tests.fuzz.run import Fault, Report
from tests.fuzz.stalls import Stall, WatchingProbe
from tests.fuzz.world import ENVIRONMENT, Application


async def test_a_short_run_finds_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    found: list[Fault | Stall] = []
    report = await fuzz(tmp_path, 400, 20261128, found=found.append)
    assert not report.faults, found
    assert report.requests == 400
    assert report.statuses[200] > 100
    assert {kind.split(",")[0] for kind in report.by_kind} >= {"operation", "bytes", "json", "get", "websocket"}


async def test_a_leak_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    kept: list[bytes] = []

    def leaking(router: Application) -> Application:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            kept.append(b"x" * 400_000)
            await router(scope, receive, send)

        return answer

    report = await fuzz(tmp_path, 450, 20261128, leaking)
    assert report.memory_grows
    assert report.growth > 0.9 * sum(map(len, kept)) * 2 / 3 / 1e6


def test_memory_that_levels_is_no_leak() -> None:
    steady = [(count, 200.0 + min(count, 300) / 3) for count in range(100, 1000, 100)]
    assert not Report(1, 900, memory=steady).memory_grows
    assert Report(1, 900, memory=[(count, 200.0 + count / 5) for count, _ in steady]).memory_grows


def test_what_is_found_is_written_with_its_request(tmp_path: Path) -> None:
    report = Report(1, 10, statuses=Counter({500: 1}), faults=1, stalls=1, memory=[(10, 5.0)])
    with Findings(tmp_path) as findings:
        findings.write(Fault("status 500", "POST anonymous {}", "boom"))
        findings.write(Stall(200.0, 200.0, 0.0, 0.0, 200.0))
        findings.write_memory(report)
    assert "boom" in (tmp_path / "faults.jsonl").read_text()
    assert '"milliseconds": 200' in (tmp_path / "stalls.jsonl").read_text()
    assert (tmp_path / "memory.csv").read_text() == "10,5.0\n"
    assert "| faults | 1 |" in summary(report)


async def test_a_stall_is_reported_with_what_the_loop_did() -> None:
    stalls: list[Stall] = []
    probe = WatchingProbe(stalls.append)
    probe.start()
    await asyncio.sleep(0.01)
    busy_until = time.thread_time() + 0.1
    while time.thread_time() < busy_until:
        pass
    await asyncio.sleep(0.01)
    probe.stop()
    (stall,) = stalls
    assert stall.milliseconds >= 90
    assert any("test_a_stall_is_reported" in frame for frame in stall.stacks["MainThread"])
