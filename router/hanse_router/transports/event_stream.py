"""Streams of GraphQL responses over HTTP: server-sent events, and multipart as in Apollo's protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator

from hanse_router.transports.errors import MalformedResponse
from hanse_wire.json_codec import JsonError, decode_json, encode_json

_MAX_EVENT_BYTES = 64 * 1024 * 1024


async def server_sent_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The data of each `next` event until `complete` (graphql-sse, distinct connections mode)."""
    name, data = "", list[bytes]()
    async for line in _lines(chunks):
        if line:
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"event":
                name = value.decode("utf-8", "replace")
            elif field == b"data":
                data.append(value)
            continue
        if name == "complete":
            return
        payload = b"\n".join(data)
        if name in ("next", "") and payload:
            yield payload
        name, data = "", []


async def multipart_events(chunks: AsyncIterator[bytes], boundary: str) -> AsyncIterator[bytes]:
    """The payload of each part until the closing boundary; heartbeats are skipped."""
    mark, closing = f"--{boundary}".encode(), f"--{boundary}--".encode()
    part: list[bytes] = []
    in_body = False
    async for line in _lines(chunks):
        if line in (mark, closing):
            event = _payload(b"\n".join(part))
            if event is not None:
                yield event
            part, in_body = [], False
            if line == closing:
                return
        elif in_body:
            part.append(line)
        elif not line:
            in_body = True
    event = _payload(b"\n".join(part))
    if event is not None:
        yield event


def _payload(part: bytes) -> bytes | None:
    if not part.strip():
        return None
    try:
        message = decode_json(part)
    except JsonError:
        raise MalformedResponse("A part of the subgraph's stream is not JSON.") from None
    if not isinstance(message, dict) or not message:
        return None
    if "payload" not in message:
        return part
    payload = message["payload"]
    if payload is None:
        if message.get("errors"):
            return encode_json({"data": None, "errors": message["errors"]})
        return None
    return encode_json(payload)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    pending = b""
    async for chunk in chunks:
        pending += chunk
        *whole, pending = pending.split(b"\n")
        if len(pending) > _MAX_EVENT_BYTES:
            raise MalformedResponse("An event of the subgraph is too large.")
        for line in whole:
            yield line.removesuffix(b"\r")
    if pending:
        yield pending.removesuffix(b"\r")
