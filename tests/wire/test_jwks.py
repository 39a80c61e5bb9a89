"""Key sets: fetches are bounded, failures are retried with backoff, other keys than public ones are ignored."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest

from hanse_wire.jwks import (
    MAX_BYTES,
    FileJwks,
    HttpJwks,
    JwksUrlError,
    KeySet,
    KeysUnavailable,
    jwks_source,
    parse_jwks,
)
from hanse_wire.signing_keys import Jwk, SigningKey, new_jwk, public_jwks


class Source:
    """A source whose keys tests change."""

    shared_as = None

    def __init__(self, *keys: Jwk) -> None:
        self.keys = list(keys)
        self.reads = 0
        self.fails = False

    async def load(self) -> bytes:
        self.reads += 1
        await asyncio.sleep(0)
        if self.fails:
            raise OSError("down")
        return public_jwks(self.keys)


async def test_many_requests_for_unknown_keys_cost_one_fetch() -> None:
    source = Source(new_jwk())
    keys = KeySet([source], refresh_seconds=300, retry_seconds=60)
    found = await asyncio.gather(*(keys.get(f"unknown {number}", "EdDSA") for number in range(100)))
    assert set(found) == {None}
    assert await keys.get(source.keys[0]["kid"], "EdDSA") is not None
    assert source.reads == 1


async def test_a_source_that_fails_is_retried_with_backoff() -> None:
    source = Source(new_jwk())
    source.fails = True
    keys = KeySet([source], refresh_seconds=300, retry_seconds=60)
    for _ in range(100):
        with pytest.raises(KeysUnavailable):
            await keys.get("any", "EdDSA")
    assert source.reads == 1
    source.fails = False
    async with asyncio.timeout(5):
        while True:
            try:
                key = await keys.get(source.keys[0]["kid"], "EdDSA")
                break
            except KeysUnavailable:
                await asyncio.sleep(0.01)
    assert key is not None


async def test_withdrawn_keys_go_with_the_next_refresh() -> None:
    old, new = new_jwk(), new_jwk()
    source = Source(old, new)
    keys = KeySet([source], refresh_seconds=0, retry_seconds=0)
    assert await keys.get(old["kid"], "EdDSA") is not None
    source.keys = [new]
    assert await keys.get(old["kid"], "EdDSA") is None
    source.keys = []
    assert await keys.get(new["kid"], "EdDSA") is None


def test_private_members_are_not_published() -> None:
    jwk = new_jwk()
    assert jwk["d"].encode() not in public_jwks([jwk])
    assert parse_jwks(public_jwks([jwk])).keys() == {jwk["kid"]}


def test_keys_that_are_not_public_signing_keys_are_left_out() -> None:
    shared = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMw", "kid": "shared", "alg": "HS256"}
    encrypting = {**orjson.loads(public_jwks([new_jwk()]))["keys"][0], "use": "enc"}
    assert parse_jwks(orjson.dumps({"keys": [shared, encrypting, {"kty": "future", "kid": "x"}, {}]})) == {}


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"{}", b'{"keys":7}', b'{"keys":["x"]}', b'{"keys":null}'])
def test_what_is_not_a_jwks(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_jwks(document)


@pytest.mark.parametrize("jwk", [{}, {"kty": "OKP"}, {"kty": "oct", "k": "AA", "kid": "a"}, {"d": "AA", "kid": "x"}])
def test_what_is_not_a_signing_key(jwk: Jwk) -> None:
    with pytest.raises(ValueError, match="not a"):
        SigningKey(jwk)
    public = orjson.loads(public_jwks([new_jwk()]))["keys"][0]
    with pytest.raises(ValueError, match="not a private"):
        SigningKey(public)


def test_sources_by_url(tmp_path: Path) -> None:
    assert isinstance(jwks_source((tmp_path / "a b.json").as_uri()), FileJwks)
    assert isinstance(jwks_source("https://issuer.example/jwks.json"), HttpJwks)
    for url in ("ftp://x", "/etc/keys.json", ""):
        with pytest.raises(JwksUrlError, match="file://"):
            jwks_source(url)


async def respond_with(body: bytes) -> tuple[asyncio.Server, str]:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks.json"


async def test_over_http_up_to_a_maximum_size() -> None:
    server, url = await respond_with(public_jwks([new_jwk()]))
    async with server:
        assert len(parse_jwks(await HttpJwks(url).load())) == 1
    server, url = await respond_with(b" " * (MAX_BYTES + 1))
    async with server:
        with pytest.raises(OSError, match="larger"):
            await HttpJwks(url).load()
    with pytest.raises(OSError, match="127"):
        await HttpJwks(url).load()
