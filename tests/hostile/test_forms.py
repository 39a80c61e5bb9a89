"""Requests with files: the caller is known before a byte is stored, and what is stored stays within a budget."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from hanse_router.app import Router
from tests.hostile.probe import no_stall
from tests.hostile.servers import client, exchange, served, until
from tests.router.uploads.forms import BOUNDARY, form, operation, text, where
from tests.router.uploads.world import uploading

KEEP = operation("mutation ($file: Upload) { keep(file: $file) }", file=None)
AT_FILE = where({"0": ["variables.file"]})
MEGABYTE = 1_000_000


def posted(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A form as bytes of HTTP; with `length`, it is declared to be larger than it is."""
    lines = [
        "POST /graphql HTTP/1.1",
        "host: x",
        "connection: close",
        f"content-type: multipart/form-data; boundary={BOUNDARY}",
        "apollo-require-preflight: true",
        "accept: application/graphql-response+json",
        f"content-length: {length or len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def unfinished(size: int, *headers: str) -> bytes:
    """A form with so many bytes of a file, that never ends."""
    return posted(form([KEEP, AT_FILE, text("0", b"a" * size)])[:-20], *headers, length=49 * MEGABYTE)


def code(answer: bytes) -> tuple[int, str]:
    """The status and the code of an error."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["errors"][0]["extensions"]["code"]


def taken(router: Router) -> int:
    """The bytes of files that the router stores."""
    (series,) = router.engine.metrics.upload_bytes.collect()
    return int(series.samples[0].value)


async def test_a_forged_token_is_seen_before_the_files_are_stored(tmp_path: Path) -> None:
    async with uploading(tmp_path, "local") as platform, served(platform.router) as server:
        opened = len(os.listdir("/proc/self/fd"))
        async with client(server.port) as (reader, writer):
            writer.write(unfinished(3 * MEGABYTE, "authorization: Bearer forged.forged.forged"))
            assert code(await reader.readuntil(b"}]}")) == (401, "UNAUTHENTICATED")
            assert taken(platform.router) == 0
            assert len(os.listdir("/proc/self/fd")) <= opened + 2  # the two ends of the connection


@pytest.mark.parametrize("limit", ["max_caller_bytes", "max_temporary_bytes"])
async def test_files_in_flight_have_a_budget(tmp_path: Path, limit: str) -> None:
    settings = {limit: 5 * MEGABYTE}
    async with uploading(tmp_path, "local", uploads=settings) as platform, served(platform.router) as server:
        async with client(server.port) as (_, writer):
            writer.write(unfinished(4 * MEGABYTE))
            await until(lambda: taken(platform.router) > 3 * MEGABYTE)
            whole = form([KEEP, AT_FILE, text("0", b"b" * 2 * MEGABYTE)])
            assert code(await exchange(server.port, posted(whole))) == (503, "UPLOADS_BUSY")
            user = f"authorization: Bearer {platform.issuer.token()}"
            answer = await exchange(server.port, posted(whole, user))
            if limit == "max_caller_bytes":
                assert b"a.txt text/plain 2000000" in answer
            else:
                assert code(answer) == (503, "UPLOADS_BUSY")
        await until(lambda: not taken(platform.router))
        assert b"a.txt text/plain 2000000" in await exchange(server.port, posted(whole))
        await until(lambda: not taken(platform.router))


async def test_a_form_that_drips_has_a_deadline(tmp_path: Path) -> None:
    settings = {"timeout_seconds": 0.3}
    async with uploading(tmp_path, "local", uploads=settings) as platform, served(platform.router) as server:
        async with client(server.port) as (reader, writer):
            writer.write(unfinished(1000))
            reading = asyncio.create_task(reader.readuntil(b"}]}"))
            while not reading.done():
                writer.write(b"a" * 1000)
                await asyncio.sleep(0.01)
            assert code(await reading) == (408, "REQUEST_TIMEOUT")
        assert taken(platform.router) == 0


async def test_a_client_that_leaves_frees_its_space(tmp_path: Path) -> None:
    async with uploading(tmp_path, "local") as platform, served(platform.router) as server:
        async with client(server.port) as (_, writer):
            writer.write(unfinished(2 * MEGABYTE))
            await until(lambda: taken(platform.router) > MEGABYTE)
        await until(lambda: not taken(platform.router))


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ([KEEP, where({"0": ["variables.file"] * 2_000}), text("0")], "UPLOAD_MALFORMED"),
        ([KEEP, where({str(n): ["variables.file"] for n in range(11)})], "UPLOAD_TOO_MANY_FILES"),
        ([KEEP, AT_FILE, *(text(str(n), b"") for n in range(1_000))], "UPLOAD_TOO_MANY_FILES"),
        ([KEEP, AT_FILE, *((f"x{n}", b"") for n in range(1_000))], "UPLOAD_MALFORMED"),
        ([("operations", b'{"variables":' + b'{"a":' * 300_000), AT_FILE, text("0")], "BAD_REQUEST"),
        ([KEEP, ("map", b"[" * 1_000_000), text("0")], "UPLOAD_MALFORMED"),
        ([("operations", b"a" * 2_100_000)], "REQUEST_TOO_LARGE"),
    ],
    ids=["paths", "map", "files", "fields", "deep operations", "deep map", "large operations"],
)
async def test_a_form_is_bounded_in_each_dimension(tmp_path: Path, fields: Any, refused: str) -> None:
    body = posted(form(fields))
    async with uploading(tmp_path, "local") as platform, served(platform.router) as server:
        async with no_stall(), client(server.port) as (reader, writer):
            writer.write(body)
            assert code(await reader.readuntil(b"}]}"))[1] == refused
        assert taken(platform.router) == 0


async def test_a_head_of_a_field_that_never_ends(tmp_path: Path) -> None:
    body = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="operations"\r\nx: '.encode() + b"a" * 3_000_000
    async with uploading(tmp_path, "local") as platform, served(platform.router) as server:
        async with no_stall(), client(server.port) as (reader, writer):
            writer.write(posted(body, length=49 * MEGABYTE))
            assert code(await reader.readuntil(b"}]}")) == (400, "UPLOAD_MALFORMED")
        await until(lambda: not server.connections)
