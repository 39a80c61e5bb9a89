"""What comes over the sockets of a subgraph: it looks at the router's token before it reads a body."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hanse_subgraph.http import http_app
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.server_settings import ServerSettings
from subgraphs.catalog.app import create
from subgraphs.catalog.settings import CatalogSettings
from tests.hostile.servers import client, exchange, served, until
from tests.router.uploads.forms import BOUNDARY, form, operation, text, where
from tests.subgraphs.harness import Router, started

MEGABYTE = 1_000_000
FORM = f"multipart/form-data; boundary={BOUNDARY}"
QUICK = ServerSettings(body_seconds=0.3, min_bytes_per_second=1_000_000_000)


@pytest.fixture
def router(tmp_path: Path) -> Router:
    """Signs tokens for subgraphs."""
    return Router(tmp_path / "router")


@pytest.fixture
async def catalog(tmp_path: Path, router: Router) -> AsyncIterator[SubgraphApp]:
    """A subgraph with a budget of 6 MB, of which a caller gets 2 MB."""
    settings = CatalogSettings.load(
        data_dir=tmp_path, router_jwks_url=router.jwks_url, max_temporary_bytes=6 * MEGABYTE
    )
    async with started(create(settings)) as app:
        yield app


def posted(body: bytes, content_type: str, token: str, length: int | None = None) -> bytes:
    """A request as bytes of HTTP."""
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {content_type}\r\n"
        f"authorization: {token}\r\ncontent-length: {length or len(body)}\r\n\r\n"
    )
    return head.encode() + body


def code(answer: bytes) -> tuple[int, str]:
    """The status and the code of an error."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("content_type", ["application/json", FORM])
async def test_a_body_without_a_token_is_not_waited_for(catalog: SubgraphApp, content_type: str) -> None:
    async with served(http_app(catalog)) as server, client(server.port) as (reader, writer):
        writer.write(posted(b" " * 100_000, content_type, "Bearer forged", length=9 * MEGABYTE))
        assert code(await reader.readuntil(b"}]}")) == (401, "UNAUTHENTICATED")


async def test_files_have_a_budget_per_caller(catalog: SubgraphApp, router: Router) -> None:
    fields = [operation("{ __typename }", file=None), where({"0": ["variables.file"]}), text("0", b"a" * 3 * MEGABYTE)]
    token = router.headers("catalog", new_id())["authorization"]
    async with served(http_app(catalog)) as server:
        assert code(await exchange(server.port, posted(form(fields), FORM, token))) == (503, "SERVICE_UNAVAILABLE")
        fields[-1] = text("0", b"a" * MEGABYTE)
        assert (await exchange(server.port, posted(form(fields), FORM, token))).startswith(b"HTTP/1.1 200")
        await until(lambda: not catalog.temporary_bytes.taken)


@pytest.mark.parametrize("content_type", ["application/json", FORM])
async def test_half_a_body_ends_without_a_trace(
    catalog: SubgraphApp, router: Router, content_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = router.headers("catalog", new_id())["authorization"]
    async with served(http_app(catalog), QUICK) as server:
        answer = await exchange(server.port, posted(b"--", content_type, token, length=MEGABYTE))
        assert code(answer) == (408, "REQUEST_TIMEOUT")
        await until(lambda: not server.connections and not server.state.tasks)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
