"""Test a subgraph in the process of the test: a router that signs tokens, and callers with claims.

    router = TestRouter(tmp_path)
    async with started(create(Settings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url))) as app:
        ada = TestCaller(app, router, user_id="...", scopes=("tasks:write",))
        data = await ada.data("{ myTasks { totalCount } }")

The client calls the subgraph as the router does: token, execution, commit and errors are the real ones.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from hanse_subgraph.subgraph_app import SubgraphApp

KEY_ID = "test"
LIFETIME = 60  # seconds


class TestRouter:
    """Signs tokens as the router does. Its public key is in a file, at `jwks_url`."""

    __test__ = False  # not a class of tests

    def __init__(self, folder: Path) -> None:
        """`folder` gets the file of the public key."""
        self._key = Ed25519PrivateKey.generate()
        file = folder / "test-router-jwks.json"
        file.write_text(json.dumps({"keys": [self._public_key()]}), encoding="utf-8")
        self.jwks_url = file.as_uri()

    def token(self, audience: str, **claims: Any) -> str:
        """A token for the subgraph named `audience`."""
        payload = {"iss": "hanse-router", "aud": audience, "exp": int(time.time()) + LIFETIME, **claims}
        return jwt.encode(payload, self._key, algorithm="EdDSA", headers={"kid": KEY_ID})

    def _public_key(self) -> dict[str, Any]:
        public: dict[str, Any] = OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {**public, "kid": KEY_ID, "use": "sig", "alg": "EdDSA"}


@dataclass(frozen=True)
class TestResponse:
    """A GraphQL response, and its HTTP status."""

    __test__ = False

    status: int
    data: Any
    errors: list[dict[str, Any]]

    @property
    def codes(self) -> list[str]:
        """The codes of its errors."""
        return [error["extensions"]["code"] for error in self.errors]


@dataclass(frozen=True)
class TestCaller:
    """A client of one subgraph. Without a user id it is not signed in."""

    __test__ = False

    app: SubgraphApp
    router: TestRouter
    user_id: str | None = None
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = field(default=("user",))

    async def execute(self, query: str, **variables: Any) -> TestResponse:
        """Execute an operation."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"authorization": f"Bearer {self.router.token(self.app.name, **self._claims())}"}
        status, answer = await self.app.handle(body, headers)
        decoded = json.loads(answer)
        return TestResponse(status, decoded.get("data"), decoded.get("errors", []))

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of an operation. Raises AssertionError when it has errors."""
        response = await self.execute(query, **variables)
        assert not response.errors, response.errors
        return response.data

    def _claims(self) -> dict[str, Any]:
        if self.user_id is None:
            return {}
        return {"sub": self.user_id, "roles": list(self.roles), "scope": " ".join(self.scopes)}


@asynccontextmanager
async def started(app: SubgraphApp) -> AsyncIterator[SubgraphApp]:
    """Start a subgraph, and stop it at the end of the block."""
    await app.start()
    try:
        yield app
    finally:
        await app.stop()
