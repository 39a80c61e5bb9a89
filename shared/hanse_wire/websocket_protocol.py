"""The two subprotocols of GraphQL over WebSocket, as the messages in which they differ.

`graphql-transport-ws`: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md, of the library graphql-ws;
`graphql-ws`: the legacy one, of the library subscriptions-transport-ws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hanse_wire.json_codec import encode_json_text

CONNECTION_ACK = '{"type":"connection_ack"}'
PONG = '{"type":"pong"}'


@dataclass(frozen=True, slots=True)
class Subprotocol:
    """The types of the messages, and the form of errors. Keys are the operations' ids."""

    name: str
    subscribe: str
    stop: str
    next: str
    keep_alive: str
    terminate: str | None = None
    has_error_list: bool = True
    has_pings: bool = True

    def start(self, key: str, request: bytes) -> str:
        """The client's message that starts an operation; `request` is the encoded GraphQL request."""
        return f'{{"id":{encode_json_text(key)},"type":"{self.subscribe}","payload":{request.decode()}}}'

    def cancel(self, key: str) -> str:
        """The client's message that cancels an operation."""
        return encode_json_text({"id": key, "type": self.stop})

    def result(self, key: str, response: bytes) -> str:
        """The server's message of one result; `response` is the encoded GraphQL response."""
        return f'{{"id":{encode_json_text(key)},"type":"{self.next}","payload":{response.decode()}}}'

    def error(self, key: str, errors: list[dict[str, Any]]) -> str:
        """The server's message of an operation that is refused."""
        # The legacy protocol has one error as payload; its clients also read a list in it.
        payload: object = errors if self.has_error_list else {**errors[0], "errors": errors}
        return encode_json_text({"id": key, "type": "error", "payload": payload})

    def complete(self, key: str) -> str:
        """The server's message that ends an operation."""
        return encode_json_text({"id": key, "type": "complete"})


TRANSPORT_WS = Subprotocol(
    name="graphql-transport-ws", subscribe="subscribe", stop="complete", next="next", keep_alive='{"type":"ping"}'
)
LEGACY_WS = Subprotocol(
    name="graphql-ws",
    subscribe="start",
    stop="stop",
    next="data",
    keep_alive='{"type":"ka"}',
    terminate="connection_terminate",
    has_error_list=False,
    has_pings=False,
)
SUBPROTOCOLS: Mapping[str, Subprotocol] = {protocol.name: protocol for protocol in (TRANSPORT_WS, LEGACY_WS)}


def choose_subprotocol(offered: Iterable[str]) -> Subprotocol | None:
    """The first subprotocol of a client's offer that is known here."""
    return next((SUBPROTOCOLS[name] for name in offered if name in SUBPROTOCOLS), None)


def connection_init(payload: Mapping[str, object]) -> str:
    """The client's first message. The payload is as headers."""
    return encode_json_text({"type": "connection_init", "payload": payload})
