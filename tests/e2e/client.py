"""A GraphQL client for tests: plain HTTP and a real WebSocket, independent of the router's own code."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol


@dataclass
class Client:
    """A client of the router at `url`, signed in once `token` is set."""

    url: str
    http: aiohttp.ClientSession
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, query: str, **variables: Any) -> tuple[int, dict[str, Any]]:
        """The status and the whole response."""
        headers = dict(self.headers)
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        async with self.http.post(self.url, json={"query": query, "variables": variables}, headers=headers) as reply:
            return reply.status, await reply.json(content_type=None)

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a response that must have no errors."""
        status, response = await self.send(query, **variables)
        assert status == 200, (status, response)
        assert "errors" not in response, response["errors"]
        data: dict[str, Any] = response["data"]
        return data

    async def errors(self, query: str, **variables: Any) -> list[dict[str, Any]]:
        """The errors of a response that must have some."""
        _, response = await self.send(query, **variables)
        assert response.get("errors"), response
        errors: list[dict[str, Any]] = response["errors"]
        return errors

    @contextlib.asynccontextmanager
    async def subscription(self, query: str, **variables: Any) -> AsyncIterator[Subscription]:
        """An open subscription over graphql-transport-ws."""
        url = self.url.replace("http", "ws", 1)
        async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            payload = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            request = {"query": query, "variables": variables}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": request}))
            yield Subscription(socket)


class Subscription:
    """The events of one subscription."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def next(self) -> dict[str, Any]:
        """The data of the next event."""
        while True:
            message = json.loads(await self._socket.recv())
            if message["type"] == "ping":
                await self._socket.send(json.dumps({"type": "pong"}))
                continue
            assert message["type"] == "next", message
            assert "errors" not in message["payload"], message["payload"]
            data: dict[str, Any] = message["payload"]["data"]
            return data
