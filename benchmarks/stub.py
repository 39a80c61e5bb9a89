"""All four subgraphs on one port, much faster than any router: the response to each request body is executed once.

`python -m benchmarks.stub PORT [DELAY_MS]` serves /NAME and /failing/NAME.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import httptools

from benchmarks.subgraphs import answer

try:
    import uvloop
except ImportError:
    uvloop = None  # type: ignore[assignment]

_known: dict[tuple[bytes, bytes], bytes] = {}
_requests = 0


def _reply(path: bytes, body: bytes) -> bytes:
    known = _known.get((path, body))
    if known is None:
        name = path.decode().strip("/").split("/")
        content = answer(name[-1], body, failing=name[0] == "failing")
        known = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(content)
        known = _known[path, body] = known + content
    return known


class Subgraphs(asyncio.Protocol):
    """One connection of a router's."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._body = b""

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        global _requests
        if self._url == b"/requests":  # how many there were: what each router asked for
            content = b"%d" % _requests
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(content), content))
            return
        _requests += 1
        reply = _reply(self._url, self._body)
        if self._delay:
            self._loop.call_later(self._delay, self._transport.write, reply)
        else:
            self._transport.write(reply)


async def serve(port: int, delay: float) -> None:
    """Serve for ever."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Subgraphs(delay), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    run = uvloop.run if uvloop is not None else asyncio.run
    try:
        run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.0))
    except KeyboardInterrupt:
        pass
