"""Every operation, asked by nobody, a stranger, the owner and an admin; and every mutation's event.

Twice: over the router, which knows the directives of the schema, and of each subgraph alone, which trusts nobody. What
is not in the table fails.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import orjson
import pytest
from graphql import build_schema, parse
from sqlalchemy import func, select

from hanse_subgraph.events.envelope import Event, decode
from hanse_subgraph.events.sealing import opened
from hanse_subgraph.events.tables import outbox
from hanse_subgraph.http import http_app
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users.first_admin import make_admin
from subgraphs.users.service.accounts import NewUser
from subgraphs.users.settings import UsersSettings
from tests.e2e.given import FILE, PASSWORD, account
from tests.e2e.in_process import URL, platform_in_process, subgraphs_in_process
from tests.e2e.operations import ELSEWHERE, OPERATIONS, Operation, fields_without_table
from tests.subgraphs.harness import Router, eventually
from tests.subgraphs.media.samples import picture

SCHEMA = build_schema((Path(__file__).parents[2] / "schema" / "published" / "api.graphql").read_text())
ROOT = NewUser("root@example.org", "root", PASSWORD)
CALLERS = ("anonymous", "stranger", "owner", "admin")
REFUSALS = {"UNAUTHENTICATED", "FORBIDDEN", "UNAUTHORIZED_FIELD_OR_TYPE"}
SUBGRAPH_OF = {name: subgraph for subgraph, table in OPERATIONS.items() for name in table}
SILENCE = 0.5  # seconds without a word from a subscription that goes on


class Stage:
    """The platform with one admin, and the way to send operations to it."""

    def __init__(self, folder: Path, subgraphs: dict[str, SubgraphApp], client: httpx.AsyncClient | None) -> None:
        self.subgraphs = subgraphs
        self._client = client
        self._vouching = Router(folder) if client is None else None

    async def ask(self, token: str | None, name: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The response to an operation of the table."""
        operation = OPERATIONS[SUBGRAPH_OF[name]][name]
        if self._client is not None:
            return await self.send(token, operation.document, variables)
        body = {"query": operation.document, "variables": variables}
        app = self.subgraphs[SUBGRAPH_OF[name]]
        if operation.document.startswith("subscription"):
            return await self._first(app, body, self._headers(app, token))
        _, answer = await app.handle(orjson.dumps(body), self._headers(app, token))
        decoded: dict[str, Any] = orjson.loads(answer)
        return decoded

    async def send(self, token: str | None, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The router's response to any operation."""
        assert self._client is not None
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": document, "variables": variables}
        response: dict[str, Any] = (await self._client.post("/graphql", json=body, headers=headers)).json()
        return response

    @property
    def knows_subscriptions(self) -> bool:
        """Whether subscriptions work here: a client in this process receives a stream only when it has ended."""
        return self._client is None

    def _headers(self, app: SubgraphApp, token: str | None) -> dict[str, str]:
        """The router's token for a subgraph, with what the caller's own says."""
        assert self._vouching is not None
        message = jwt.decode(token, options={"verify_signature": False}) if token else {}
        kept = {name: message[name] for name in ("roles", "scope", "sid") if name in message}
        return self._vouching.headers(app.name, message.get("sub"), **kept)

    @staticmethod
    async def _first(app: SubgraphApp, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """The first event of a subscription; None after some time without one."""
        async with aclosing(app.stream(orjson.dumps(body), headers)) as events:
            try:
                async with asyncio.timeout(SILENCE):
                    first: dict[str, Any] = orjson.loads(await anext(events))
                    return first
            except TimeoutError:
                return {"data": {"goesOn": True}}

    async def position(self, subgraph: str) -> int:
        """Where a subgraph's outbox ends."""
        async with self.subgraphs[subgraph].database.reading() as session:
            return int(await session.scalar(select(func.max(outbox.c.position))) or 0)

    async def events(self, subgraph: str, after: int) -> list[Event]:
        """What a subgraph has had to tell since."""
        async with self.subgraphs[subgraph].database.reading() as session:
            rows = await session.scalars(
                select(outbox.c.envelope).where(outbox.c.position > after).order_by(outbox.c.position)
            )
            sealed = [decode(envelope) for envelope in rows]
        return await opened(sealed, self.subgraphs[subgraph].database.person_keys)


class Play:
    """An owner, a stranger and an admin."""

    def __init__(self, stage: Stage, tokens: dict[str, str], ids: dict[str, str]) -> None:
        self._stage = stage
        self._tokens = tokens
        self.owner_id, self.stranger_id = ids["owner"], ids["stranger"]
        self.caller = "owner"

    @classmethod
    async def opened(cls, stage: Stage) -> Play:
        """With people who have just registered."""
        play = cls(stage, {}, dict.fromkeys(CALLERS, ""))
        play._tokens["root"] = (await play.does("anonymous", "login", login="root", password=PASSWORD))["accessToken"]
        ids = {}
        for who in ("stranger", "owner", "admin"):
            new = await play.registered()
            ids[who], play._tokens[who] = new["id"], new["accessToken"]
            if who == "admin":
                await play.does("root", "setRole", id=new["id"])
                again = await play.does("anonymous", "login", login=new["username"], password=PASSWORD)
                play._tokens[who] = again["accessToken"]
        return cls(stage, play._tokens, ids)

    async def outcome(self, who: str, name: str, variables: dict[str, Any]) -> str:
        """The result for a caller: `y`, `r` or `h`, or the unexpected error."""
        response = await self._stage.ask(self._tokens.get(who), name, variables)
        codes = {error["extensions"]["code"] for error in response.get("errors", [])}
        if codes & REFUSALS:
            return "r"
        if codes:
            return "h" if codes == {"NOT_FOUND"} else str(response["errors"])
        [value] = response["data"].values()
        return "h" if value is None else "y"

    async def does(self, who: str, name: str, /, **variables: Any) -> Any:
        response = await self._stage.ask(self._tokens.get(who), name, variables)
        assert "errors" not in response, (who, name, response["errors"])
        return response["data"][name]

    async def sends(self, who: str, document: str, **variables: Any) -> dict[str, Any]:
        """The router's response to any operation of a caller."""
        return await self._stage.send(self._tokens.get(who), document, variables)

    async def sign_in_with_key(self, owner: str, *scopes: str, who: str) -> None:
        """Let `who` be a machine client with an API key of this owner."""
        key = await self.does(owner, "createApiKey", name="till", scopes=scopes)
        self._tokens[who] = (await self.does("anonymous", "exchangeApiKey", secret=key["secret"]))["accessToken"]

    async def registered(self) -> dict[str, Any]:
        new = await account(self)
        made = await self.does("anonymous", "register", **new)
        return {**made, "id": made["user"]["id"], "username": new["input"]["username"], "email": new["input"]["email"]}

    async def latest_event(self, event_type: str) -> dict[str, Any]:
        found = [event for event in await self._stage.events("users", 0) if event.type == event_type]
        return found[-1].data

    async def picture(self, who: str) -> str:
        headers = {"authorization": f"Bearer {self._tokens[who]}"}
        async with self._files() as files:
            reply = await files.post("/files?name=a.png", content=picture(), headers=headers)
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    async def put_picture(self, who: str) -> str:
        content = picture()
        message = {**FILE, "sizeBytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        requests = await self.does(who, "requestUpload", input=message)
        headers = {header["name"]: header["value"] for header in requests["headers"]}
        async with self._files() as files:
            reply = await files.request(requests["method"], requests["url"], content=content, headers=headers)
        assert reply.status_code == 204, reply.text
        return str(requests["media"]["id"])

    async def is_known_everywhere(self) -> None:
        """Until the notifications subgraph has heard of the three."""

        async def welcomed() -> bool:
            pages = [await self.does(who, "myNotifications") for who in ("stranger", "owner", "admin")]
            return all(page["nodes"] for page in pages)

        await eventually(welcomed, True)

    def _files(self) -> httpx.AsyncClient:
        door = httpx.ASGITransport(http_app(self._stage.subgraphs["media"]))
        return httpx.AsyncClient(transport=door, base_url=URL)


@asynccontextmanager
async def staged(folder: Path, where: str) -> AsyncIterator[Stage]:
    """The platform, with the admin `root`."""
    await make_admin(UsersSettings.load(data_dir=folder), ROOT)
    if where == "over the router":
        async with platform_in_process(folder) as (client, subgraphs):
            yield Stage(folder, subgraphs, client)
    else:
        async with subgraphs_in_process(folder) as subgraphs:
            yield Stage(folder, subgraphs, None)


async def played(stage: Stage, play: Play, subgraph: str, name: str, operation: Operation) -> list[str]:
    """What differs from the table where each of the four asks."""
    wrong = []
    for who, wanted in zip(CALLERS, operation.who, strict=True):
        play.caller = who
        variables = await operation.given(play)
        before = await stage.position(subgraph)
        found = await play.outcome(who, name, variables)
        if found != wanted:
            wrong.append(f"{name}: {who} gets {found}, not {wanted}")
        emitted = {event.type for event in await stage.events(subgraph, before)}
        if operation.emits is not None and (operation.emits in emitted) != (wanted == "y"):
            wrong.append(f"{name}: {who} gets {found}, and the events are {sorted(emitted)}")
    return wrong


@pytest.mark.timeout(900)
@pytest.mark.parametrize("where", ["over the router", "of the subgraph alone"])
async def test_who_may_do_what_and_what_is_told_of_it(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANSE_USERS_ARGON2_MEMORY_KIB", "64")
    monkeypatch.setenv("HANSE_USERS_ARGON2_TIME_COST", "1")
    monkeypatch.setenv("HANSE_USERS_VERIFY_RESEND_MINUTES", "0")
    wrong: list[str] = []
    async with staged(tmp_path, where) as stage:
        for subgraph, table in OPERATIONS.items():
            play = await Play.opened(stage)
            if subgraph == "notifications":
                await play.is_known_everywhere()
            for name, operation in table.items():
                if stage.knows_subscriptions or not operation.document.startswith("subscription"):
                    people = await Play.opened(stage) if operation.changes_people else play
                    wrong += await played(stage, people, subgraph, name, operation)
    assert wrong == []


def test_the_table_has_every_operation() -> None:
    roots = [SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type]
    fields = {name for root in roots if root is not None for name in root.fields}
    assert fields - ELSEWHERE - fields_without_table() == SUBGRAPH_OF.keys()


def test_every_mutation_has_an_event_or_a_reason() -> None:
    for table in OPERATIONS.values():
        for name, operation in table.items():
            [definition] = parse(operation.document).definitions
            is_mutation = str(definition.to_dict()["operation"]) == "mutation"
            assert is_mutation == bool(operation.emits or operation.no_event), name
            assert not (operation.emits and operation.no_event), name
