"""Usage reports: what is read again, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hanse_wire.usage_report import (
    MAX_OPERATIONS,
    MAX_REPORT_BYTES,
    Client,
    OperationUse,
    UsageReport,
    UsageReportError,
    decode_report,
    encode_report,
)

USE: dict[str, Any] = {
    "signature": "query Me { me { id } }",
    "hash": "a" * 64,
    "name": "Me",
    "kind": "query",
    "client": {"name": "web", "version": "1"},
    "count": 3,
    "errors": 1,
    "last_seen": 1_800_000_000.5,
}
REPORT: dict[str, Any] = {"id": "r1", "version": 4, "since": 1.0, "until": 2.0, "operations": [USE]}


def test_what_is_sent_is_read_again() -> None:
    use = OperationUse(
        signature="{ a }", hash="b" * 64, kind="query", client=Client("ios", "2"), count=1, last_seen=5.0
    )
    report = UsageReport(id="1", version=2, router="r", since=1.0, until=6.0, operations=(use,))
    assert decode_report(encode_report(report)) == report
    assert decode_report(json.dumps(REPORT).encode()).operations[0].client.name == "web"


@pytest.mark.parametrize(
    "changed",
    [
        {"id": ""},
        {"version": -1},
        {"since": -1},
        {"sample_rate": 0},
        {"sample_rate": 2},
        {"dropped": -1},
        {"operations": [{**USE, "hash": "x"}]},
        {"operations": [{**USE, "kind": "fragment"}]},
        {"operations": [{**USE, "count": -1}]},
        {"operations": [{**USE, "count": 2**60}]},
        {"operations": [{**USE, "signature": ""}]},
        {"operations": [{**USE, "client": {"name": "x" * 1000}}]},
        {"operations": [{**USE, "last_seen": "now"}]},
    ],
)
def test_what_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(UsageReportError):
        decode_report(json.dumps({**REPORT, **changed}).encode())


def test_bounds_and_what_is_no_json() -> None:
    many = json.dumps({**REPORT, "operations": [{**USE, "signature": "{a}", "name": None}] * (MAX_OPERATIONS + 1)})
    for body in (b"", b"[]", b"\xff", b"[" * 100_000, many.encode(), b" " * (MAX_REPORT_BYTES + 1)):
        with pytest.raises(UsageReportError):
            decode_report(body)
