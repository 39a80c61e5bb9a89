"""The messages of both subprotocols of GraphQL over WebSocket."""

from __future__ import annotations

import json

import pytest

from hanse_wire.websocket_protocol import (
    LEGACY_WS,
    TRANSPORT_WS,
    Subprotocol,
    choose_subprotocol,
    connection_init,
)

ERRORS = [{"message": "first"}, {"message": "second"}]


@pytest.mark.parametrize(
    ("protocol", "start", "result", "stop"),
    [(TRANSPORT_WS, "subscribe", "next", "complete"), (LEGACY_WS, "start", "data", "stop")],
)
def test_messages(protocol: Subprotocol, start: str, result: str, stop: str) -> None:
    key = 'a"b'
    assert json.loads(protocol.start(key, b'{"query":"{a}"}')) == {
        "id": key,
        "type": start,
        "payload": {"query": "{a}"},
    }
    assert json.loads(protocol.result(key, b'{"data":1}')) == {"id": key, "type": result, "payload": {"data": 1}}
    assert json.loads(protocol.cancel(key)) == {"id": key, "type": stop}
    assert json.loads(protocol.complete(key)) == {"id": key, "type": "complete"}


def test_errors() -> None:
    assert json.loads(TRANSPORT_WS.error("1", ERRORS))["payload"] == ERRORS
    assert json.loads(LEGACY_WS.error("1", ERRORS))["payload"] == {**ERRORS[0], "errors": ERRORS}


def test_the_first_known_offer_is_chosen() -> None:
    assert choose_subprotocol(["other", "graphql-ws", "graphql-transport-ws"]) is LEGACY_WS
    assert choose_subprotocol(["graphql-transport-ws"]) is TRANSPORT_WS
    assert choose_subprotocol(["other"]) is choose_subprotocol([]) is None


def test_initialisation() -> None:
    assert json.loads(connection_init({"authorization": "x"})) == {
        "type": "connection_init",
        "payload": {"authorization": "x"},
    }
