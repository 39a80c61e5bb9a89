"""Bodies of JSON: nested without end, compressed, half sent; each is refused with a message that says what is wrong."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.probe import no_stall
from tests.hostile.servers import client, exchange, served, until
from tests.router.platform import Platform


def posted(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A request as bytes of HTTP; with `length`, its body is declared to be larger than it is."""
    lines = [
        "POST /graphql HTTP/1.1",
        "host: x",
        "connection: close",
        "content-type: application/json",
        "accept: application/graphql-response+json",
        f"content-length: {length or len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def error(answer: bytes) -> tuple[int, str, str]:
    """The status, code and message of an error."""
    head, _, body = answer.partition(b"\r\n\r\n")
    (first,) = json.loads(body)["errors"]
    return int(head.split()[1]), first["extensions"]["code"], first["message"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rb'{"query":"{ hello }","variables":{"a":"\ud800"}}', "half of a surrogate pair"),
        (rb'{"query":"\ud800\ud800"}', "half of a surrogate pair"),
        (rb'{"query":"{ hello }', "truncated"),
        (rb'{"query":"\\ud800', "truncated"),
        (b'{"query":"{ hello }","variables":' + b'{"a":' * 390_000, "nested too deeply"),
        (b'{"query":"{ hello }","extensions":{"a":' + b"[" * 1_900_000, "nested too deeply"),
        (b'{"query":"' + rb"\n" * 900_000 + rb'\ud800"}', "half of a surrogate pair"),
        (b'{"query":"' + rb"\ud83d\ude00" * 150_000 + rb'\ude00"}', "half of a surrogate pair"),
    ],
    ids=["half", "two halves", "truncated", "no escape", "objects", "lists", "long", "pairs"],
)
async def test_json_that_is_refused_says_why(tmp_path: Path, body: bytes, said: str) -> None:
    request = posted(body)
    async with served(Platform(tmp_path).router) as server, no_stall():
        status, code, message = error(await exchange(server.port, request))
        assert (status, code) == (400, "BAD_REQUEST")
        assert said in message


@pytest.mark.parametrize("depth", [50, 400, 900])
async def test_variables_that_are_nested(tmp_path: Path, depth: int) -> None:
    """A custom scalar takes any JSON: it is passed on, or refused; the next request is answered."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    query = "query ($any: Any) { echo(a: 1, any: $any) }"
    body = posted(json.dumps({"query": query, "variables": {"any": value}}).encode())
    async with served(Platform(tmp_path).router) as server:
        async with no_stall():
            answer = await exchange(server.port, body)
        assert b'"data"' in answer or error(answer)[0] == 400
        assert b'"world"' in await exchange(server.port, posted(b'{"query":"{ hello }"}'))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_compressed_body_is_not_inflated(tmp_path: Path, encoding: str) -> None:
    body = gzip.compress(b" " * 100_000_000)
    async with served(Platform(tmp_path).router) as server, no_stall():
        status, code, _ = error(await exchange(server.port, posted(body, f"content-encoding: {encoding}")))
        assert (status, code) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_bodies_in_flight_have_a_budget(tmp_path: Path) -> None:
    limits = {"max_pending_bytes": 8_000_000}  # of one address, a quarter
    half = posted(b" " * 1_500_000, length=1_900_000)
    whole = posted(b" " * 1_900_000 + b'{"query":"{ hello }"}')
    small = posted(b'{"query":"{ hello }"}')
    async with served(Platform(tmp_path, limits=limits).router) as server:
        async with client(server.port) as (_, writer):
            writer.write(half)
            async with client(server.port) as (reader, other):
                await until(lambda: len(server.state.tasks) == 1)
                await writer.drain()
                other.write(whole)
                answer = await reader.read()
                while b"200 OK" in answer:  # before the first body was received
                    answer = await exchange(server.port, whole)
                assert error(answer)[:2] == (503, "REQUESTS_BUSY")
            assert b'"world"' in await exchange(server.port, small)
        await until(lambda: not server.connections)
        assert b'"world"' in await exchange(server.port, whole)
