"""Callers of the platform that runs in the process of the test."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.users.first_admin import make_admin
from subgraphs.users.service.accounts import NewUser
from subgraphs.users.settings import UsersSettings
from tests.e2e.in_process import platform_in_process

PASSWORD = "the-keel-is-laid-2026"
CHEAP_HASHES = {"HANSE_USERS_ARGON2_MEMORY_KIB": "64", "HANSE_USERS_ARGON2_TIME_COST": "1"}
LOGIN = 'mutation ($login: String!) { login(login: $login, password: "' + PASSWORD + '") { accessToken user { id } } }'
UPLOAD = "mutation ($file: Upload!) { uploadFile(file: $file) { id width height } }"
REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }"


@dataclass
class Caller:
    """A client of the router; not signed in without a token."""

    client: httpx.AsyncClient
    token: str = ""
    user_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole response."""
        content = json.dumps({"query": query, "variables": variables})
        reply = await self.client.post("/graphql", content=content, headers=self._headers())
        decoded: dict[str, Any] = reply.json()
        return decoded

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of a response that must have no errors."""
        response = await self.send(query, **variables)
        assert "errors" not in response, response["errors"]
        return response["data"]

    async def codes(self, query: str, **variables: Any) -> list[str]:
        """The codes of the errors of a response."""
        response = await self.send(query, **variables)
        return [error["extensions"]["code"] for error in response.get("errors", [])]

    async def uploaded(self, name: str, content: bytes) -> dict[str, Any]:
        """The whole response to `uploadFile`."""
        request = {"query": UPLOAD, "variables": {"file": None}}
        form: dict[str, tuple[str | None, bytes]] = {
            "operations": (None, json.dumps(request).encode()),
            "map": (None, b'{"0": ["variables.file"]}'),
            "0": (name, content),
        }
        headers = {"authorization": f"Bearer {self.token}", "x-hanse-preflight": "1"}
        reply = await self.client.post("/graphql", files=form, headers=headers)
        decoded: dict[str, Any] = reply.json()
        return decoded

    def _headers(self) -> dict[str, str]:
        signed_in = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return {"content-type": "application/json", **signed_in, **self.headers}


@dataclass(frozen=True)
class Harbour:
    """The platform, and who calls it."""

    folder: Path
    subgraphs: dict[str, SubgraphApp]
    anybody: Caller

    async def registered(self, name: str, **more: Any) -> Caller:
        """A new user."""
        new = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, **more}
        made = (await self.anybody.data(REGISTER, input=new))["register"]
        return Caller(self.anybody.client, made["accessToken"], made["user"]["id"])

    async def admin(self) -> Caller:
        """A new admin."""
        new = NewUser("vera@example.org", "vera", PASSWORD)
        await make_admin(UsersSettings.load(data_dir=self.folder), new)
        made = (await self.anybody.data(LOGIN, login="vera"))["login"]
        return Caller(self.anybody.client, made["accessToken"], made["user"]["id"])


@asynccontextmanager
async def harbour(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Harbour]:
    """The platform without data, with cheap password hashes."""
    for name, value in CHEAP_HASHES.items():
        monkeypatch.setenv(name, value)
    async with platform_in_process(folder) as (client, subgraphs):
        yield Harbour(folder, subgraphs, Caller(client))
