"""What we use of uvicorn beyond its documented interface: each has a reason, and uvicorn an upper pin."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

ROOT = Path(__file__).parents[2]
HTTP = {
    "_unset_keepalive_if_required": "data_received is replaced, to count the bytes of a head",
    "_should_upgrade": "the same",
    "_unsupported_upgrade_warning": "the same",
    "handle_websocket_upgrade": "the same",
    "on_response_complete": "idle connections are closed by the watch, without a timer for each response",
    "cycle": "whether a response is due decides what a client may be waited for",
    "pipeline": "requests sent ahead are counted",
    "flow": "time in which a client is not read from does not count",
    "headers": "a trailer must not be added to the headers of its request",
    "connections": "all of them are watched by one timer",
    "_start_asgi_task": "requests get a cycle of ours, which sends a whole response by one write",
    "scope": "the same",
    "parser": "the same",
    "expect_100_continue": "the same",
    "server_state": "the same",
}
CYCLE = (
    "chunked_encoding",
    "default_headers",
    "disconnected",
    "expected_content_length",
    "flow",
    "keep_alive",
    "message_event",
    "on_response",
    "response_complete",
    "response_started",
    "transport",
    "waiting_for_100_continue",
)
WEBSOCKET = {"writable": "pings of a client that does not read are bounded", "frames": "fragments are counted"}


def test_it_has_an_upper_pin() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert "uvicorn>=0.54,<0.55" in dependencies


async def test_its_protocols_have_what_ours_use() -> None:
    config = Config(app=lambda scope: None, ws="websockets-sansio")
    http = HttpToolsProtocol(config, ServerState(), {})
    socket = WebSocketsSansIOProtocol(config, ServerState(), {})
    assert [name for name in HTTP if not hasattr(http, name)] == []
    assert "url" in HttpToolsProtocol.on_message_begin.__code__.co_names
    assert [name for name in WEBSOCKET if not hasattr(socket, name)] == []


@pytest.mark.parametrize("name", CYCLE)
def test_its_cycles_have_what_ours_use(name: str) -> None:
    assert name in RequestResponseCycle.__init__.__code__.co_names
