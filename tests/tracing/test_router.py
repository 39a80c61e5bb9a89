"""The router's spans, as a collector gets them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from hanse_router.settings import RouterSettings
from hanse_wire.settings import SettingsError
from tests.router.platform import Platform
from tests.tracing.collector import Collector, collecting

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SCORES = "query Scores { me { id score } hello }"


async def traced(
    folder: Path, *queries: str, ratio: float = 1.0, headers: Mapping[str, str]
) -> tuple[Collector, Platform]:
    """What is collected of these operations."""
    async with collecting() as collector:
        platform = Platform(folder, telemetry={"otlp_url": collector.url, "sample_ratio": ratio})
        token = {"authorization": platform.issuer.bearer(policies=["friend"], scope="read:email")}
        for query in queries:
            await platform.post(query, headers={**token, **headers}, variables={"a": 7_770_777})
        await platform.router.stop()
    return collector, platform


async def test_an_operation_and_its_fetches_are_one_trace(tmp_path: Path) -> None:
    client = {"apollographql-client-name": "shop", "apollographql-client-version": "1.2"}
    collector, platform = await traced(tmp_path, SCORES, headers={"traceparent": PARENT, **client})
    operation = collector.one("query Scores")
    assert (operation.service, operation.trace, operation.parent) == ("hanse-router", TRACE, "00f067aa0ba902b7")
    assert (operation.kind, operation.failed) == (2, False)
    assert operation.attributes == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Scores",
        "hanse.client.name": "shop",
        "hanse.client.version": "1.2",
    }
    fetches = [collector.one(f"fetch {name}") for name in ("accounts", "scores")]
    assert {(span.trace, span.parent, span.kind) for span in fetches} == {(TRACE, operation.id, 3)}
    for name, span in zip(("accounts", "scores"), fetches, strict=True):
        assert platform.subgraphs[name].headers[0]["traceparent"] == f"00-{TRACE}-{span.id}-01"
        assert span.attributes == {"hanse.subgraph": name, "graphql.operation.type": "query"}


async def test_errors_are_told_by_their_codes(tmp_path: Path) -> None:
    async with collecting() as collector:
        away = {"scores": {"url": "http://127.0.0.1:1/", "retries": 0}}
        platform = Platform(tmp_path, telemetry={"otlp_url": collector.url}, subgraphs=away)
        token = {"authorization": platform.issuer.bearer(scope="read:email")}
        await platform.post("query A { me { score } }", headers=token)
        await platform.post("query B($a: Int!) { echo(a: $a) }")
        await platform.post("query C { secret hello }")
        await platform.router.stop()
    told = {name: collector.one(f"query {name}") for name in "ABC"}
    assert all(span.failed for span in told.values())
    codes = {name: span.attributes["hanse.error.codes"] for name, span in told.items()}
    assert codes == {"A": ["SUBGRAPH_UNREACHABLE"], "B": ["BAD_USER_INPUT"], "C": ["UNAUTHORIZED_FIELD_OR_TYPE"]}
    assert collector.one("fetch scores").attributes["hanse.error.codes"] == ["SUBGRAPH_UNREACHABLE"]
    assert not collector.named("fetch accounts")[0].failed


async def test_nothing_secret_is_in_a_span(tmp_path: Path) -> None:
    asked = 'query Echo($a: Int!) { echo(a: $a, b: {x: 1, y: "in-the-text"}) }'
    collector, platform = await traced(tmp_path, asked, headers={})
    assert collector.one("query Echo")
    token = platform.subgraphs["accounts"].headers[0]["authorization"].removeprefix("Bearer ")
    for secret in (b"7770777", b"in-the-text", token.encode(), b"Bearer", b"echo(", b"u1"):
        assert all(secret not in body for body in collector.bodies), secret


@pytest.mark.parametrize(
    ("ratio", "parent", "kept"), [(0.0, None, 0), (0.0, PARENT, 3), (1.0, PARENT[:-1] + "0", 0), (1.0, None, 3)]
)
async def test_sampling_follows_the_parent(tmp_path: Path, ratio: float, parent: str | None, kept: int) -> None:
    headers = {"traceparent": parent} if parent else {}
    collector, platform = await traced(tmp_path, SCORES, ratio=ratio, headers=headers)
    assert len(collector.spans) == kept
    sent = platform.subgraphs["scores"].headers[0]["traceparent"]
    assert int(sent[-2:], 16) & 1 == (kept > 0), "subgraphs are told to keep or leave the trace too"


async def test_a_collector_that_is_away_or_hangs_delays_nobody(tmp_path: Path) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    for port in (1, server.sockets[0].getsockname()[1]):
        telemetry = {"otlp_url": f"http://127.0.0.1:{port}"}
        platform = Platform(tmp_path, telemetry=telemetry)
        await platform.post("{ hello }")
        began = time.perf_counter()
        for _ in range(520):  # more than a batch
            assert (await platform.post("{ hello }")).status == 200
        assert time.perf_counter() - began < 520 * 0.2  # an export takes 5 s to be given up
        began = time.perf_counter()
        await platform.router.stop()
        assert time.perf_counter() - began < 60
    server.close()


def test_the_url_is_checked_at_the_start() -> None:
    with pytest.raises(SettingsError, match="otlp_url"):
        RouterSettings.load(None, telemetry={"otlp_url": "collector:4317"})


def test_who_does_not_trace_imports_nothing_of_it() -> None:
    code = "import sys, hanse_router.app, hanse_subgraph.subgraph_app; print('opentelemetry.sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"
