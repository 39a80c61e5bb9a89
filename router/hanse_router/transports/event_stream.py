"""Streams of GraphQL responses over HTTP: server-sent events, and multipart as in Apollo's protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator

from hanse_router.transports.errors import MalformedResponse, ResponseTooLarge
from hanse_wire.json_codec import JsonError, decode_json, encode_json


async def server_sent_events(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """The data of each `next` event until `complete` (graphql-sse, distinct connections mode).

    Raises ResponseTooLarge for an event larger than `limit` bytes.
    """
    name, data, size = "", list[bytes](), 0
    async for line in _lines(chunks, limit):
        if line.startswith(b":"):  # a comment, mostly a heartbeat
            continue
        size = _within(limit, size + len(line)) if line else 0
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


async def multipart_events(chunks: AsyncIterator[bytes], boundary: str, limit: int) -> AsyncIterator[bytes]:
    """The payload of each part until the closing boundary; heartbeats are skipped.

    Raises ResponseTooLarge for a part larger than `limit` bytes.
    """
    mark, closing = f"--{boundary}".encode(), f"--{boundary}--".encode()
    part: list[bytes] = []
    in_body = False
    size = 0
    async for line in _lines(chunks, limit):
        size = _within(limit, size + len(line) + 1)
        if line in (mark, closing):
            size = 0
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


async def _lines(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    pending: list[bytes] = []  # the parts of a line whose end has not come
    size = 0
    async for chunk in chunks:
        first, *following = chunk.split(b"\n")
        pending.append(first)
        size = _within(limit, size + len(first))
        for part in following:
            yield b"".join(pending).removesuffix(b"\r")
            pending, size = [part], len(part)
    if size:
        yield b"".join(pending).removesuffix(b"\r")


def _within(limit: int, size: int) -> int:
    """The size. Raises ResponseTooLarge where it is above the limit."""
    if size > limit:
        raise ResponseTooLarge(limit)
    return size
