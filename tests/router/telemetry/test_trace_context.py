"""Trace context on its way to subgraphs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanse_wire.trace_context import Trace
from tests.router.platform import Platform

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-00"


def test_a_trace_goes_on_with_a_span_for_each_request() -> None:
    trace = Trace({"traceparent": PARENT, "tracestate": "a=1"})
    first, second = trace.child(), trace.child()
    for headers in (first, second):
        version, trace_id, span, flags = headers["traceparent"].split("-")
        assert (version, trace_id, flags, headers["tracestate"]) == ("00", TRACE, "00", "a=1")
        assert len(span) == 16
        assert span != "00f067aa0ba902b7"
    assert first["traceparent"] != second["traceparent"]


@pytest.mark.parametrize(
    ("parent", "kept"),
    [
        (PARENT, True),
        (f"01-{TRACE}-00f067aa0ba902b7-01-more", True),
        (f"{PARENT}-more", False),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", False),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", False),
        (f"00-{TRACE}-{'0' * 16}-01", False),
        (PARENT.upper(), False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_what_is_understood(parent: str, kept: bool) -> None:
    headers = Trace({"traceparent": parent, "tracestate": "a=1"}).child()
    assert (TRACE in headers["traceparent"]) is kept
    assert ("tracestate" in headers) is kept


async def test_subgraphs_get_it_when_it_is_switched_on(platform: Platform, tmp_path: Path) -> None:
    await platform.post("{ hello }", headers={"traceparent": PARENT})
    assert "traceparent" not in platform.subgraphs["accounts"].headers[-1]
    traced = Platform(tmp_path, telemetry={"trace_context": True})
    await traced.post("{ me { score } }", headers={"traceparent": PARENT})
    spans = [endpoint.headers[-1]["traceparent"] for endpoint in traced.subgraphs.values()]
    assert all(TRACE in span for span in spans)
    assert len(set(spans)) == 2
    assert "authorization" in traced.subgraphs["scores"].headers[-1]
