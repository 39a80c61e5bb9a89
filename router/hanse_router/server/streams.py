"""A stream of results over one HTTP response: heartbeats while idle; it ends with the client or the supergraph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Any, Protocol

from hanse_router.errors import InternalError, RouterError, Unavailable
from hanse_router.execute import Response
from hanse_router.execute.errors import Error
from hanse_router.lifetime import SupergraphLifetime
from hanse_router.server.asgi import Header, Receive, Send
from hanse_router.transports.errors import TransportError


class Encoding(Protocol):
    """How a stream looks on the wire."""

    content_type: bytes
    opening: bytes
    heartbeat: bytes

    def result(self, response: bytes) -> bytes:
        """One encoded response."""
        ...

    def end(self, errors: Sequence[Error]) -> bytes:
        """The end of the stream, with the errors that end it, if any."""
        ...


async def send_stream(
    receive: Receive,
    send: Send,
    events: AsyncGenerator[Response, None],
    encoding: Encoding,
    *,
    lifetime: SupergraphLifetime,
    heartbeat_seconds: float,
    headers: Iterable[Header],
) -> None:
    """Send the events until they end, the client disconnects, or the lifetime ends. Closes the events."""

    async def write(body: bytes, more: bool = True) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": more})

    start_headers = [(b"content-type", encoding.content_type), *headers]
    await send({"type": "http.response.start", "status": 200, "headers": start_headers})
    gone = asyncio.ensure_future(_disconnect(receive))
    over = asyncio.ensure_future(lifetime.over.wait())
    upcoming: asyncio.Future[Response] | None = None
    error: RouterError | None = None
    try:
        await write(encoding.opening)
        while True:
            upcoming = upcoming or asyncio.ensure_future(anext(events))
            waiting: set[asyncio.Future[Any]] = {upcoming, gone, over}
            done, _ = await asyncio.wait(waiting, timeout=heartbeat_seconds, return_when=asyncio.FIRST_COMPLETED)
            if gone in done:
                return
            if upcoming in done:
                finished, upcoming = upcoming, None
                await write(encoding.result(finished.result().encode()))
            elif over in done:
                error = Unavailable(f"{lifetime.why.value[1]}.")
                break
            else:
                await write(encoding.heartbeat)
    except StopAsyncIteration:
        pass
    except RouterError as refused:
        error = refused
    except TransportError as failed:
        error = RouterError(str(failed), code=failed.code)
    except Exception as fault:
        error = InternalError(fault)
    finally:
        unfinished = [future for future in (gone, over, upcoming) if future is not None]
        for future in unfinished:
            future.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await events.aclose()
    await write(encoding.end(error.formatted() if error is not None else []), more=False)


async def once(response: Response) -> AsyncGenerator[Response, None]:
    """A stream of one response."""
    yield response


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
