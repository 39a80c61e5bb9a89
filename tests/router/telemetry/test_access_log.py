"""One line per request, and nothing secret in it."""

from __future__ import annotations

import io
from pathlib import Path

import orjson

from hanse_router.telemetry.access_log import AccessLog
from hanse_wire.logging import LogSettings, configure_logging
from tests.router.platform import Platform


async def test_a_line_of_json_without_secrets(tmp_path: Path, restored_logging: None) -> None:
    out = io.StringIO()
    configure_logging(LogSettings(format="json"), out)
    platform = Platform(tmp_path, telemetry={"access_log": True})
    token = platform.issuer.token()
    headers = {"authorization": f"Bearer {token}", "apollographql-client-name": "shop"}
    await platform.post("query Greet($a: Int!) { echo(a: $a) }", headers=headers, variables={"a": 77123})
    await platform.send("GET", "/graphql", query_string="query={nope}&variables={%22p%22:77123}", headers=headers)
    lines = out.getvalue().splitlines()
    first, second = (orjson.loads(line) for line in lines)
    assert {name: first[name] for name in ("client", "method", "path", "status", "operation", "client_name")} == {
        "client": "10.1.1.1",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "operation": "Greet",
        "client_name": "shop",
    }
    assert (second["status"], second["code"]) == (400, "GRAPHQL_VALIDATION_FAILED")
    assert token not in "".join(lines)
    assert "77123" not in "".join(lines)


def test_a_path_cannot_forge_a_line(restored_logging: None) -> None:
    out = io.StringIO()
    configure_logging(LogSettings(format="text"), out)
    AccessLog(enabled=True).write({"path": "/a\nb\x1b[0m", "method": "GET"}, {}, status=404, seconds=0.001)
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()
