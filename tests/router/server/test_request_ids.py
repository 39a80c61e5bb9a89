"""The request id: from the client or new; in the response, in requests to subgraphs, in errors and in logs."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import orjson
import pytest

from hanse_router.app import create_router
from hanse_router.settings import RouterSettings
from hanse_wire.logging import LogSettings, configure_logging
from tests.router.platform import Platform, supergraph_sdl
from tests.router.transports.raw_server import reply, serving


async def test_the_response_has_the_clients_id_or_a_new_one(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    given = await platform.post("{ hello }", headers={"x-request-id": "abc-1"})
    assert given.headers["x-request-id"] == "abc-1"
    made = [(await platform.post("{ hello }")).headers["x-request-id"] for _ in range(2)]
    assert len({*made, "abc-1"}) == 3
    refused = await platform.post("{ nope }", headers={"x-request-id": "abc-2"})
    assert refused.headers["x-request-id"] == "abc-2"


async def test_each_subgraph_request_and_log_line_has_the_id_of_its_request(
    tmp_path: Path, restored_logging: None
) -> None:
    """Sixty requests at the same time, over kept connections whose callbacks serve them all."""
    out = io.StringIO()
    configure_logging(LogSettings(format="json"), out)

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.005)
        body = orjson.loads(request.partition(b"\r\n\r\n")[2])
        data: dict[str, object]
        if "_entities" in body["query"]:
            data = {"_entities": [{"__typename": "User", "score": 7}]}
        else:
            data = {"me": {"__typename": "User", "id": "1", "email": body["variables"]["who"]}}
        writer.write(reply(orjson.dumps({"data": data})))

    async with serving(answer) as heard:
        settings = RouterSettings.load(
            None,
            identity={"enabled": False},
            telemetry={"access_log": True},
            authorization={"enabled": False},
            subgraphs={"accounts": {"url": heard.url}, "scores": {"url": heard.url}},
        )
        router = create_router(settings, supergraph_sdl())
        query = "query ($who: Any) { me { email score } echo(a: 1, any: $who) }"

        async def request(number: int) -> None:
            body = orjson.dumps({"query": query, "variables": {"who": f"u{number}@x"}})
            headers = [(b"content-type", b"application/json"), (b"x-request-id", b"id-%d" % number)]
            scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
            sent: list[dict[str, object]] = []

            async def receive() -> dict[str, object]:
                return {"type": "http.request", "body": body}

            async def send(message: object) -> None:
                assert isinstance(message, dict)
                sent.append(message)

            await asyncio.create_task(router(scope, receive, send))
            assert (b"x-request-id", b"id-%d" % number) in sent[0]["headers"]  # type: ignore[operator]

        for _ in range(3):
            await asyncio.gather(*(request(number) for number in range(20)))
        await router.stop()
    for sent_request in heard.requests:
        (identifier,) = re.findall(rb"\r\nx-request-id: (\S+)\r\n", sent_request)
        (number,) = set(re.findall(rb"u(\d+)@x", sent_request))
        assert identifier == b"id-" + number
    assert len(heard.requests) >= 120
    entries = [orjson.loads(line) for line in out.getvalue().splitlines()]
    assert sorted(entry["request_id"] for entry in entries if entry["logger"] == "hanse.access") == sorted(
        f"id-{number}" for number in range(20) for _ in range(3)
    )


async def test_an_internal_error_has_the_id(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, restored_logging: None
) -> None:
    platform = Platform(tmp_path)
    platform.router.engine.verifier = None  # type: ignore[assignment]
    broken = await platform.post("{ hello }", headers={"x-request-id": "abc-3"})
    assert broken.json["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "id": "abc-3"}
    assert "abc-3" in caplog.text
