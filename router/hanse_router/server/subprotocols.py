"""The two subprotocols of GraphQL over WebSocket, as the messages they differ in.

`graphql-transport-ws`: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md, spoken by graphql-ws;
`graphql-ws`: the older one of subscriptions-transport-ws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hanse_wire.json_codec import encode_json_text


@dataclass(frozen=True, slots=True)
class Subprotocol:
    """The names of the messages, and how errors look."""

    name: str
    subscribe: str
    stop: str
    next: str
    keep_alive: str
    terminate: str | None = None
    error_list: bool = True
    answers_ping: bool = True

    def result(self, key: str, response: bytes) -> str:
        """The message of one result."""
        return f'{{"id":{encode_json_text(key)},"type":"{self.next}","payload":{response.decode()}}}'

    def error(self, key: str, errors: list[dict[str, Any]]) -> str:
        """The message of an operation that cannot run."""
        # The older protocol has one error as payload; its clients also look for a list in it.
        payload: object = errors if self.error_list else {**errors[0], "errors": errors}
        return encode({"id": key, "type": "error", "payload": payload})

    def complete(self, key: str) -> str:
        """The message of an operation's end."""
        return encode({"id": key, "type": "complete"})


def encode(message: Mapping[str, object]) -> str:
    """A message as text."""
    return encode_json_text(message)


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
    error_list=False,
    answers_ping=False,
)
SUBPROTOCOLS = {protocol.name: protocol for protocol in (TRANSPORT_WS, LEGACY_WS)}
