"""A registry for tests: an HTTP server on loopback that speaks the routers' part of the protocol."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from hanse_wire.signing_keys import SigningKey, new_jwk, public_jwks
from hanse_wire.supergraph_signature import SIGNATURE_HEADER, VERSION_HEADER, SupergraphClaims, digest, sign
from hanse_wire.usage_report import UsageReport, decode_report

KEY = "a-secret-key"
PATH = "/api/graphs/shop/variants/production"


@dataclass
class Published:
    """A supergraph, and what its signature says."""

    body: bytes
    version: int
    iat: int
    claims: dict[str, Any] = field(default_factory=dict)


class FakeRegistry:
    """Serves what the test publishes. `fails` answers with a status, `hangs` not at all."""

    def __init__(self) -> None:
        self.jwk = new_jwk()
        self.signs_with: SigningKey | None = SigningKey(self.jwk)
        self.published: dict[str | None, Published] = {}
        self.fails = 0
        self.hangs = False
        self.polls: list[tuple[str | None, int]] = []
        self.reports: list[UsageReport] = []
        self.report_status = 202
        self.url = ""

    @property
    def supergraph_url(self) -> str:
        """The URL that routers poll."""
        return f"{self.url}{PATH}/supergraph"

    @property
    def public_keys(self) -> bytes:
        """The JWK set for routers."""
        return public_jwks([self.jwk])

    def publish(
        self, sdl: str, version: int, *, branch: str | None = None, iat: float | None = None, **claims: Any
    ) -> None:
        """Serve an SDL from now on. `claims` replace what is signed."""
        moment = int(time.time() if iat is None else iat)
        self.published[branch] = Published(sdl.encode(), version, moment, claims)

    async def supergraph(self, request: web.Request) -> web.StreamResponse:
        """What a poll gets."""
        branch = request.query.get("branch")
        response = await self._answer(request, branch)
        self.polls.append((branch, response.status))
        return response

    async def usage(self, request: web.Request) -> web.Response:
        """Take a usage report."""
        if self.hangs:
            await asyncio.sleep(30)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return web.Response(status=401)
        if self.fails or self.report_status >= 400:
            return web.Response(status=self.fails or self.report_status)
        self.reports.append(decode_report(await request.read()))
        return web.Response(status=self.report_status)

    async def _answer(self, request: web.Request, branch: str | None) -> web.Response:
        if self.hangs:
            await asyncio.sleep(30)
        if self.fails:
            return web.Response(status=self.fails)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return web.Response(status=401)
        found = self.published.get(branch)
        if found is None:
            return web.Response(status=404)
        etag = f'"{digest(found.body)[:16]}-{found.version}-{found.iat}"'
        if request.headers.get("if-none-match") == etag:
            return web.Response(status=304, headers={"etag": etag})
        headers = {"etag": etag, VERSION_HEADER: str(found.version)}
        if self.signs_with is not None:
            given = {
                "graph": "shop",
                "variant": "production",
                "branch": branch,
                "version": found.version,
                "sha256": digest(found.body),
                "iat": found.iat,
            }
            headers[SIGNATURE_HEADER] = sign(self.signs_with, SupergraphClaims(**{**given, **found.claims}))
        return web.Response(body=found.body, headers=headers, content_type="application/graphql")


@contextlib.asynccontextmanager
async def fake_registry() -> AsyncIterator[FakeRegistry]:
    """A registry that runs."""
    registry = FakeRegistry()
    app = web.Application()
    app.router.add_get(f"{PATH}/supergraph", registry.supergraph)
    app.router.add_post(f"{PATH}/usage", registry.usage)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    registry.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield registry
    finally:
        await runner.cleanup()


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 10.0) -> None:
    """Wait for a condition; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        met = condition()
        if met if isinstance(met, bool) else await met:
            return
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.01)
