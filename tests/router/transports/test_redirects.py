"""Which redirects are followed."""

from __future__ import annotations

import pytest

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import TransportError, TransportOptions, WebSocketTransport
from hanse_router.transports.errors import SubgraphHttpError
from hanse_router.transports.protocol import SubgraphRequest
from hanse_router.transports.redirects import is_same_host, target
from tests.router.transports.raw_server import reply, serving

URL = "http://shop.example:4001/graphql"


@pytest.mark.parametrize(
    ("location", "followed"),
    [
        ("/other", "http://shop.example:4001/other"),
        ("other?a=b", "http://shop.example:4001/other?a=b"),
        ("http://SHOP.example:4001/", "http://SHOP.example:4001/"),
    ],
)
def test_those_to_the_same_host_are_followed(location: str, followed: str) -> None:
    assert target(URL, location, "same_host") == followed
    with pytest.raises(SubgraphHttpError):
        target(URL, location, "none")


@pytest.mark.parametrize(
    "location",
    [
        "http://other.example:4001/graphql",
        "http://shop.example/graphql",
        "https://shop.example:4001/graphql",
        "//other.example/graphql",
        "http://shop.example:4001@other.example/",
        "http://shop.example.other.example:4001/",
        "http://[::1",
        "http://shop.example:port/",
    ],
)
def test_those_to_another_host_are_followed_only_if_the_settings_say_so(location: str) -> None:
    with pytest.raises(SubgraphHttpError, match=r"transport\.redirects"):
        target(URL, location, "same_host")
    if "[" not in location:
        assert target(URL, location, "any")


@pytest.mark.parametrize("location", ["ftp://shop.example/", "file:///etc/passwd", "javascript:1"])
def test_only_http_is_followed(location: str) -> None:
    with pytest.raises(SubgraphHttpError):
        target(URL, location, "any")


def test_a_host_may_change_to_tls_on_the_standard_ports() -> None:
    assert is_same_host("http://shop.example/a", "https://shop.example/a")
    assert is_same_host("ws://shop.example/a", "wss://shop.example:443/a")
    assert not is_same_host("https://shop.example/a", "http://shop.example/a")
    assert not is_same_host("http://shop.example:8080/a", "https://shop.example/a")


async def test_a_websocket_does_not_follow_to_another_host() -> None:
    request = SubgraphRequest(b"{}", OperationKind.SUBSCRIPTION, {"authorization": "Bearer x"})
    location = b"location: "
    async with serving(lambda _, writer: _write(writer, reply(b"", status=b"404 Not Found"))) as other:
        moved = reply(b"", location + other.url.encode(), status=b"302 Found")
        async with serving(lambda _, writer: _write(writer, moved)) as heard:
            transport = WebSocketTransport(heard.url.replace("http:", "ws:"), TransportOptions())
            with pytest.raises(TransportError):
                await anext(transport.stream(request))
            await transport.close()
        assert b"Bearer x" in heard.requests[0]
    assert not other.requests


async def _write(writer: object, content: bytes) -> None:
    writer.write(content)  # type: ignore[attr-defined]
