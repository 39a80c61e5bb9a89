"""A short run of the fuzzer, and what it would report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.__main__ import fuzz, summary, write
from tests.fuzz.run import Fault, Report
from tests.fuzz.world import FAST_HASHES, NO_LIMITS


async def test_a_short_run_finds_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**FAST_HASHES, **NO_LIMITS}.items():
        monkeypatch.setenv(name, value)
    report = await fuzz(tmp_path, 400, 20261128)
    assert not report.faults, report.faults[0]
    assert report.requests == 400
    assert report.statuses[200] > 100
    assert {kind.split(",")[0] for kind in report.by_kind} >= {"operation", "bytes", "json", "get", "websocket"}


def test_what_is_found_is_written_with_its_request(tmp_path: Path) -> None:
    fault = Fault("status 500", "POST anonymous {}", "boom")
    report = Report(1, 10, statuses=Counter({500: 1}), faults=[fault], stalls=[(0.2, "POST x")], memory=[(10, 5.0)])
    write(report, tmp_path)
    assert "boom" in (tmp_path / "faults.jsonl").read_text()
    assert '"milliseconds": 200' in (tmp_path / "stalls.jsonl").read_text()
    assert "| faults | 1 |" in summary(report)
