"""Load on a GraphQL server: connections that send the next request as soon as they have the response.

`python -m benchmarks.load HOST PORT PATH BODY_FILE CONNECTIONS SECONDS` prints what it did as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httptools


@dataclass(frozen=True, slots=True)
class Load:
    """The result: the number of replies, the number that differ from the first one, times in seconds."""

    requests: int
    different: int
    seconds: float
    median: float
    p99: float


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, request: bytes, expected: bytes | None) -> None:
        self._request = request
        self._expected = expected
        self._stopped = False
        self.times: list[float] = []
        self.different = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._parser = httptools.HttpResponseParser(self)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self.times.append(time.perf_counter() - self._began)
        body = b"".join(self._body)
        if self._expected is None:
            self._expected = body
        elif body != self._expected:
            self.different += 1
        if self._stopped:
            self._transport.close()
        else:
            self._ask()

    def stop(self) -> None:
        """Ask no more."""
        self._stopped = True

    def _ask(self) -> None:
        self._body: list[bytes] = []
        self._began = time.perf_counter()
        self._transport.write(self._request)


async def load(host: str, port: int, path: str, body: bytes, connections: int, seconds: float) -> Load:
    """Ask for so long over so many connections."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\naccept: application/json\r\n"
    )
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    loop = asyncio.get_running_loop()
    clients = []
    began = time.perf_counter()
    for _ in range(connections):
        _, client = await loop.create_connection(lambda: Client(request, None), host, port)
        clients.append(client)
    await asyncio.sleep(seconds)
    for client in clients:
        client.stop()
    await asyncio.wait_for(asyncio.gather(*(client.ended for client in clients)), 60)
    took = time.perf_counter() - began
    times = sorted(one for client in clients for one in client.times)
    different = sum(client.different for client in clients)
    return Load(len(times), different, took, times[len(times) // 2], times[int(len(times) * 0.99)])


def main() -> None:
    """Run and print."""
    host, port, path, file, connections, seconds = sys.argv[1:]
    body = Path(file).read_bytes()
    try:
        import uvloop
    except ImportError:
        run: Any = asyncio.run
    else:
        run = uvloop.run
    print(json.dumps(asdict(run(load(host, int(port), path, body, int(connections), float(seconds))))))


if __name__ == "__main__":
    main()
