"""TLS to subgraphs: whom the router believes, what it shows, and what it says where that fails."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from hanse_router.operation_kind import OperationKind
from hanse_router.settings import RouterSettings
from hanse_router.subgraph_transports import SubgraphTransports
from hanse_router.telemetry.metrics import Metrics
from hanse_router.transports import TransportOptions, make_transport
from hanse_router.transports.errors import TransportError
from hanse_router.transports.protocol import SubgraphRequest
from hanse_router.transports.tls import tls_context
from hanse_wire.settings import SettingsError
from tests.router.transports.certificates import Authority
from tests.router.transports.raw_server import reply, serving

QUERY = SubgraphRequest(b'{"query":"{a}"}', OperationKind.QUERY)
DATA = b'{"data":{"a":1}}'


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    """Whom the router believes."""
    return Authority(tmp_path, "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Authority:
    """Whom it does not."""
    return Authority(tmp_path, "theirs")


async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
    """Answer well."""
    writer.write(reply(DATA))


async def refused(url: str, options: TransportOptions) -> TransportError:
    """How a query fails."""
    transport = make_transport(url, options)
    try:
        with pytest.raises(TransportError) as caught:
            await transport.send(QUERY)
    finally:
        await transport.close()
    return caught.value


async def test_a_certificate_of_our_authority_is_taken(ours: Authority) -> None:
    async with serving(answer, tls=ours.server()) as heard:
        transport = make_transport(heard.url, TransportOptions(tls=tls_context(ours.file, None, None)))
        assert [await transport.send(QUERY), await transport.send(QUERY)] == [DATA, DATA]
        await transport.close()
    assert heard.connections == 1, "kept alive"


async def test_any_other_is_refused_at_once_with_a_word_why(ours: Authority, theirs: Authority) -> None:
    options = TransportOptions(tls=tls_context(ours.file, None, None), retries=3, backoff=0.001)
    for server, why in (
        (theirs.server(), "unable to get local issuer certificate"),
        (ours.server("127.0.0.9"), "IP address mismatch"),
        (ours.server(days=-1), "certificate has expired"),
    ):
        async with serving(answer, tls=server) as heard:
            error = await refused(heard.url, options)
        assert error.code == "SUBGRAPH_TLS_FAILED"
        assert why in str(error)
        assert not heard.requests
    async with serving(answer, tls=ours.server()) as heard:
        assert (await refused(heard.url, TransportOptions())).code == "SUBGRAPH_TLS_FAILED", "the system knows it not"


@pytest.mark.parametrize(
    ("said", "code"), [(b"HTTP/1.1 400 No TLS\r\n\r\n", "SUBGRAPH_TLS_FAILED"), (b"", "SUBGRAPH_TIMEOUT")]
)
async def test_a_server_without_tls(said: bytes, code: str) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read()
        writer.close()
        ended.set()

    ended = asyncio.Event()
    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        options = TransportOptions(connect_timeout=0.2, retries=0)
        assert (await refused(f"https://127.0.0.1:{port}/", options)).code == code
        await ended.wait()


async def test_a_certificate_is_shown_to_who_asks_for_one(ours: Authority, theirs: Authority) -> None:
    certificate, key = ours.certificate("router")
    async with serving(answer, tls=ours.server(clients=ours)) as heard:
        transport = make_transport(heard.url, TransportOptions(tls=tls_context(ours.file, certificate, key)))
        assert await transport.send(QUERY) == DATA
        await transport.close()
        other = tls_context(ours.file, *theirs.certificate("other"))
        for tls in (tls_context(ours.file, None, None), other):
            # In TLS 1.3 the server looks at it when the client is ready to send: it may just hang up.
            error = await refused(heard.url, TransportOptions(tls=tls, retries=0))
            assert error.code in ("SUBGRAPH_TLS_FAILED", "SUBGRAPH_UNREACHABLE")
    assert len(heard.requests) == 1


async def test_subscriptions_too(ours: Authority, theirs: Authority) -> None:
    async def events(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"type":"connection_ack"}')
        await socket.recv()
        await socket.send('{"id":"1","type":"next","payload":{"data":1}}')
        await socket.send('{"id":"1","type":"complete"}')
        await socket.wait_closed()

    server = serve(events, "127.0.0.1", 0, ssl=ours.server(), subprotocols=["graphql-transport-ws"])  # type: ignore[list-item]
    async with server as running:
        port = next(iter(running.sockets)).getsockname()[1]
        request = SubgraphRequest(b"{}", OperationKind.SUBSCRIPTION)
        transport = make_transport(
            f"https://127.0.0.1:{port}/", TransportOptions(tls=tls_context(ours.file, None, None))
        )
        assert [event async for event in transport.stream(request)] == [b'{"data":1}']
        await transport.close()
        stranger = make_transport(
            f"wss://127.0.0.1:{port}/", TransportOptions(tls=tls_context(theirs.file, None, None))
        )
        with pytest.raises(TransportError) as caught:
            [event async for event in stranger.stream(request)]
        assert caught.value.code == "SUBGRAPH_TLS_FAILED"
        await stranger.close()


def test_files_that_cannot_be_used_stop_the_start(tmp_path: Path, ours: Authority) -> None:
    certificate, key = ours.certificate("router")
    other_key = ours.certificate("other")[1]
    nothing = tmp_path / "empty.pem"
    nothing.write_text("")
    for given in (
        {"ca_file": tmp_path / "none.pem"},
        {"ca_file": nothing},
        {"client_key_file": key},
        {"client_certificate_file": certificate},
        {"client_certificate_file": certificate, "client_key_file": other_key},
        {"client_certificate_file": tmp_path / "none.pem", "client_key_file": key},
    ):
        settings = RouterSettings.load(None, transport=given)
        with pytest.raises(SettingsError, match=r"transport\.c") as caught:
            SubgraphTransports(settings, {}, Metrics())
        assert "\n" not in str(caught.value)
    good = {"ca_file": ours.file, "client_certificate_file": certificate, "client_key_file": key}
    SubgraphTransports(RouterSettings.load(None, transport=good), {}, Metrics())
