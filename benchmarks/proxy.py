"""A plain reverse proxy on our server and HTTP client: the minimum cost of a query with one fetch.

`python -m benchmarks.proxy PORT URL`
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

from hanse_router.operation_kind import OperationKind
from hanse_router.transports import TransportOptions, make_transport
from hanse_router.transports.protocol import SubgraphRequest


def main() -> None:
    """Serve until the process is stopped."""
    port, url = int(sys.argv[1]), sys.argv[2]
    transport = make_transport(url, TransportOptions())

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        reply = await transport.send(SubgraphRequest(body, OperationKind.QUERY))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(reply)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": reply})

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
