"""Who may open a WebSocket, and which headers its messages may set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.hostile.servers import served
from tests.router.platform import Platform
from tests.router.server.sockets import MODERN, Socket

HOST = "shop.example"
OWN, LISTED, FOREIGN = "https://shop.example", "https://app.example", "https://evil.example"


async def handshake(platform: Platform, headers: dict[str, str]) -> list[dict[str, Any]]:
    """What the router answers to the upgrade request of a client that leaves at once."""
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "headers": [(name.encode(), value.encode()) for name, value in {"host": HOST, **headers}.items()],
        "subprotocols": [MODERN],
        "client": ("10.1.1.1", 5000),
    }
    messages: list[dict[str, Any]] = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        answers.append(message)

    await platform.router(scope, receive, send)
    return answers


@pytest.mark.parametrize(
    ("origin", "listed", "accepted"),
    [
        (None, (), True),  # not a browser
        (OWN, (), True),
        (OWN.upper(), (), True),
        (LISTED, (LISTED,), True),
        (FOREIGN, (LISTED,), False),
        (FOREIGN, (), False),
        (FOREIGN, ("*",), True),
        ("null", (LISTED,), False),
        ("https://shop.example.evil.example", (), False),
        ("https://shop.example:444", (), False),
        ("http://[", (), False),
        ("", (), False),
    ],
)
async def test_the_origin_is_checked(
    tmp_path: Path, origin: str | None, listed: tuple[str, ...], accepted: bool
) -> None:
    platform = Platform(tmp_path, cors={"origins": listed})
    headers = {} if origin is None else {"origin": origin}
    answers = await handshake(platform, headers)
    assert (answers[0]["type"] == "websocket.accept") is accepted
    if not accepted:
        assert answers == [{"type": "websocket.close", "code": 1000, "reason": ""}]  # HTTP 403, before it is accepted
        assert b'hanse_refused_total{code="ORIGIN_NOT_ALLOWED"} 1.0' in platform.router.engine.metrics.exposition()


async def test_a_real_server_answers_403_and_logs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with served(Platform(tmp_path).router) as server, aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{server.port}/graphql"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(url, protocols=[MODERN], headers={"origin": FOREIGN})
        assert refused.value.status == 403
        own = {"origin": f"http://127.0.0.1:{server.port}"}
        async with http.ws_connect(url, protocols=[MODERN], headers=own) as socket:
            assert socket.protocol == MODERN
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(("credentials", "caller"), [(True, "u1"), (False, "nobody")])
async def test_cookies_of_another_origin_count_where_cors_gives_it_credentials(
    tmp_path: Path, credentials: bool, caller: str
) -> None:
    issuer = {"issuer": "hanse-users", "jwks_url": "file:///none", "audiences": ["hanse"], "cookie": "access"}
    cors = {"origins": [LISTED], "allow_credentials": credentials}
    platform = Platform(tmp_path, cors=cors, jwt={"issuers": [issuer]})
    cookie = f"access={platform.issuer.token()}"
    for origin, expected in ((LISTED, caller), (OWN, "u1")):
        async with Socket(platform, headers={"host": HOST, "origin": origin, "cookie": cookie}) as socket:
            await socket.init()
            assert (await socket.run("{ caller }"))[0]["payload"]["data"] == {"caller": expected}


async def test_messages_do_not_replace_headers_of_the_upgrade_request(tmp_path: Path) -> None:
    platform = Platform(tmp_path, headers={"propagate": ["x-tenant", "x-extra"]})
    own, other = platform.issuer.bearer(), platform.issuer.bearer(sub="u2")
    sent = {"x-tenant": "b", "X-Tenant": "c", "Authorization": other, "x-extra": "1"}
    async with Socket(platform, headers={"authorization": own, "x-tenant": "a"}) as socket:
        await socket.init(sent)
        for extensions in ({}, {"headers": sent}, {"headers": {"headers": sent}}):
            (message, _) = await socket.run("{ caller }", extensions=extensions)
            assert message["payload"]["data"] == {"caller": "u1"}
            got = platform.subgraphs["accounts"].headers[-1]
            assert (got["x-tenant"], got["x-extra"]) == ("a", "1")


async def test_the_settings_name_headers_that_messages_may_replace(tmp_path: Path) -> None:
    platform = Platform(tmp_path, websocket={"override_headers": ["Authorization"]})
    other = {"headers": {"authorization": platform.issuer.bearer(sub="u2")}}
    async with Socket(platform, headers={"authorization": platform.issuer.bearer()}) as socket:
        await socket.init()
        assert (await socket.run("{ caller }", extensions=other))[0]["payload"]["data"] == {"caller": "u2"}


async def test_the_csrf_guard_takes_an_origin_that_is_no_url_for_a_foreign_one(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    headers = {"host": HOST, "origin": "http://[", "content-type": "text/plain"}
    reply = await platform.send("POST", "/graphql", headers=headers, body=b'{"query": "{ hello }"}')
    assert (reply.status, reply.codes) == (400, ["CSRF_PREVENTED"])
