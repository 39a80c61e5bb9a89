"""A subgraph started on temporary files, and callers whom a router of our own vouches for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import event

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.events.sealing import opened
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users.keys import SigningKeys

CHEAP_HASHES: dict[str, Any] = {"argon2_time_cost": 1, "argon2_memory_kib": 8, "argon2_parallelism": 1}


class Router:
    """Signs tokens as the router does, with its public key in a file."""

    def __init__(self, folder: Path) -> None:
        self._keys = SigningKeys(folder / "keys" / "router-signing.json")
        self._keys.open()
        self.public_file = self._keys.public_file
        self.jwks_url = self.public_file.as_uri()

    def headers(self, audience: str, user_id: str | None = None, **claims: Any) -> dict[str, str]:
        """What the router sends along."""
        message = {"iss": "hanse-router", "aud": audience, "exp": int(time.time()) + 60, **claims}
        if user_id is not None:
            message["sub"] = user_id
        return {"authorization": f"Bearer {self.sign(message)}"}

    def sign(self, claims: dict[str, Any]) -> str:
        """A token that says just this."""
        return self._keys.sign(claims)

    @property
    def public_key(self) -> str:
        """The public key's 32 bytes in base64url."""
        return str(orjson.loads(self._keys.public_json())["keys"][0]["x"])


@dataclass
class Answer:
    """A GraphQL response."""

    status: int
    data: Any
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """The codes of its errors."""
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Name and reason of each field at fault."""
        return [(item["name"], item["reason"]) for error in self.errors for item in error["extensions"]["fields"]]


@dataclass
class Person:
    """A caller of one subgraph."""

    app: SubgraphApp
    router: Router
    user_id: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """What the router sends along for this person."""
        return self.router.headers(self.app.name, self.user_id, **self.claims)

    async def __call__(self, query: str, **variables: Any) -> Answer:
        """The answer to an operation."""
        body = orjson.dumps({"query": query, "variables": variables})
        status, answer = await self.app.handle(body, self.headers)
        decoded = orjson.loads(answer)
        return Answer(status, decoded.get("data"), decoded.get("errors", []))

    async def get(self, query: str, **variables: Any) -> Any:
        """The data of an operation that must succeed."""
        answer = await self(query, **variables)
        assert not answer.errors, answer.errors
        return answer.data


def somebody(app: SubgraphApp, router: Router, user_id: str, *scopes: str) -> Person:
    """A user with these scopes."""
    return Person(app, router, user_id, {"roles": ["user"], "scope": " ".join(scopes)})


def an_admin(app: SubgraphApp, router: Router, user_id: str, *scopes: str) -> Person:
    """An admin with these scopes."""
    return Person(app, router, user_id, {"roles": ["user", "admin"], "scope": " ".join(scopes)})


@asynccontextmanager
async def started(app: SubgraphApp) -> AsyncIterator[SubgraphApp]:
    """The subgraph, running."""
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


class Statements:
    """The SQL statements that a subgraph runs, those of its relay left out."""

    def __init__(self, app: SubgraphApp) -> None:
        self.seen: list[str] = []
        for engine in (app.database._reading, app.database._writing):
            event.listen(engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "outbox" not in statement and statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            self.seen.append(statement)


async def events_of(app: SubgraphApp, *types: str, count: int) -> list[Event]:
    """The first events of these types in the log, waiting for so many."""
    assert app.events is not None
    reader = app.events.subscribe("a test", types)
    found: list[Event] = []
    for _ in range(200):
        deliveries = await reader.read(limit=1000, wait=0)
        sealed = [delivery.event for delivery in deliveries if isinstance(delivery.event, Event)]
        found = await opened(sealed, app.database.person_keys)
        if len(found) >= count:
            return found
        await asyncio.sleep(0.025)
    raise AssertionError(f"{len(found)} events, not {count}")


async def eventually(ask: Callable[[], Awaitable[Any]], wanted: Any, *, seconds: float = 20.0) -> None:
    """Ask again until the answer is the one wanted; it must be within so many seconds."""
    answer, deadline = None, time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = await ask()
        if answer == wanted:
            return
        await asyncio.sleep(0.025)
    raise AssertionError(f"{answer!r}, not {wanted!r}")
