"""`rediss://`: the server here speaks no TLS itself, so a proxy before it does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.servers.base import ServerProcess
from deploy.servers.redis import RedisServer
from hanse_router.store.protocol import StoreUnavailable
from tests.integration.redis.conftest import store_at
from tests.router.store.bucket_contract import charge


def certificate(folder: Path) -> Path:
    """A file with a key and a certificate of its own for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "redis.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@asynccontextmanager
async def behind_tls(port: int, pem: Path) -> AsyncIterator[int]:
    """A port that speaks TLS and passes on to the one that does not."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, to), pass_on(there, writer), return_exceptions=True)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_a_certificate_that_is_trusted(redis_server: ServerProcess, tmp_path: Path) -> None:
    assert isinstance(redis_server.server, RedisServer)
    pem = certificate(tmp_path)
    async with behind_tls(redis_server.server.port, pem) as port:
        store = store_at(f"rediss://127.0.0.1:{port}?ssl_ca_certs={pem}")
        await store.start()
        assert await store.buckets.take([charge("a")]) is None
        await store.close()


async def test_a_certificate_that_is_not(
    redis_server: ServerProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(redis_server.server, RedisServer)
    async with behind_tls(redis_server.server.port, certificate(tmp_path)) as port:
        store = store_at(f"rediss://127.0.0.1:{port}")
        await store.start()
        with pytest.raises(StoreUnavailable):
            await store.buckets.take([charge("a")])
        await store.close()
    assert "certificate verify failed" in caplog.text
