"""The platform in this process, and clients of its router: HTTP requests and WebSocket connections without sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError

from deploy.project import PROJECT
from hanse.up import create_subgraphs, embedded_router
from hanse_subgraph.db_errors import client_error
from hanse_subgraph.errors import Busy
from subgraphs.users.first_admin import make_admin
from subgraphs.users.service.accounts import NewUser
from subgraphs.users.settings import UsersSettings

PASSWORD = "a-long-quiet-harbour"
ANSWER_SECONDS = 30.0
ENVIRONMENT = {
    "HANSE_USERS_ARGON2_TIME_COST": "1",  # passwords cost no time: the fuzzer is not about Argon2
    "HANSE_USERS_ARGON2_MEMORY_KIB": "64",
    "HANSE_ROUTER_RATE_LIMITS__ENABLED": "false",  # or nearly every request would be one too many
    "HANSE_ROUTER_DOCUMENT_BYTES": "20000000",  # full after 3,000 requests: what grows later is no cache of documents
}
"""Settings of the environment."""

Application = Callable[[Any, Any, Any], Awaitable[None]]
Wrap = Callable[[Application], Application]


def unchanged(router: Application) -> Application:
    """The router as it is."""
    return router


class Unanswered(Exception):
    """The router did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """A status and a body."""

    status: int
    body: bytes


class World:
    """A router, and tokens of its callers."""

    def __init__(self, router: Application, folder: Path) -> None:
        self._router = router
        self._folder = folder
        self._names = 0
        self.tokens: dict[str, str | None] = {"anonymous": None}

    async def renew(self, caller: str) -> None:
        """Make an account for `user` or `admin`, and take its token. The old one stays if the database is busy."""
        self._names += 1
        login = f"{caller}{self._names}"
        if caller == "admin":
            new = NewUser(f"{login}@example.org", login, PASSWORD)
            try:
                await make_admin(UsersSettings.load(data_dir=self._folder), new)
            except SQLAlchemyError as error:
                if not isinstance(client_error(error), Busy):
                    raise
                return
            await self._take_token(
                caller,
                "mutation ($l: String!, $p: String!) { login(login: $l, password: $p) { accessToken } }",
                {"l": login, "p": PASSWORD},
            )
        elif caller == "user":
            new_user = {"email": f"{login}@example.org", "username": login, "password": PASSWORD}
            register = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }"
            await self._take_token(caller, register, {"input": new_user})

    async def _take_token(self, caller: str, query: str, variables: Mapping[str, Any]) -> None:
        answer = await self.post(
            json.dumps({"query": query, "variables": variables}).encode(), {"content-type": "application/json"}
        )
        response = json.loads(answer.body)
        if [error["extensions"]["code"] for error in response.get("errors", ())] == [Busy.code]:
            return
        assert "errors" not in response, response
        [value] = response["data"].values()
        self.tokens[caller] = str(value["accessToken"])

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to a POST request."""
        return await self._send("POST", headers, body=body)

    async def get(self, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """The answer to a GET request."""
        return await self._send("GET", headers, query_string=urlencode(parameters, errors="replace").encode())

    async def _send(
        self, method: str, headers: Mapping[str, str], *, body: bytes = b"", query_string: bytes = b""
    ) -> Answer:
        scope = _scope("http", headers, query_string) | {"method": method}
        requests = [{"type": "http.request", "body": body, "more_body": False}]
        over = asyncio.Event()
        status = 0
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            if requests:
                return requests.pop()
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                return
            parts.append(message.get("body", b""))
            if len(parts) > 3:
                over.set()  # a stream: its client leaves

        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._router(scope, receive, send)
        except TimeoutError:
            raise Unanswered from None
        return Answer(status, b"".join(parts))

    async def connect(self, messages: Sequence[str | bytes], headers: Mapping[str, str]) -> list[dict[str, Any]]:
        """What the router sends on a WebSocket connection on which the client sends these messages, and leaves."""
        scope = _scope("websocket", headers, b"") | {"subprotocols": ["graphql-transport-ws"]}
        queue: list[dict[str, Any]] = [{"type": "websocket.connect"}]
        queue += [{"type": "websocket.receive", "text" if isinstance(one, str) else "bytes": one} for one in messages]
        queue.reverse()
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if queue:
                return queue.pop()
            await asyncio.sleep(0.02)
            return {"type": "websocket.disconnect", "code": 1005}

        async def send(message: Any) -> None:
            sent.append(message)

        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._router(scope, receive, send)
        except TimeoutError:
            raise Unanswered from None
        return sent


def _scope(kind: str, headers: Mapping[str, str], query_string: bytes) -> dict[str, Any]:
    encoded = [(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in headers.items()]
    return {
        "type": kind,
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": query_string,
        "headers": [(b"host", b"hanse.test"), *encoded],
        "client": ("10.1.1.1", 5000),
    }


@asynccontextmanager
async def opened(folder: Path, wrap: Wrap = unchanged) -> AsyncIterator[World]:
    """The whole platform on a folder, with an account of each kind of caller."""
    subgraphs = create_subgraphs(PROJECT, folder, "http://hanse.test")
    for app in subgraphs.values():
        await app.start()
    router = embedded_router(PROJECT, subgraphs, folder)
    await router.start()
    world = World(wrap(router), folder)
    try:
        await world.renew("user")
        await world.renew("admin")
        yield world
    finally:
        await router.stop()
        for app in reversed(subgraphs.values()):
            await app.stop()
