"""Forms as clients send them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.router.platform import Platform, Reply

BOUNDARY = "----x"
HEADERS = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "apollo-require-preflight": "true"}

Field = tuple[str, bytes] | tuple[str, bytes, str, str]  # name, content; for a file also its name and type


def form(fields: Sequence[Field]) -> bytes:
    """The body of a form."""
    body = b""
    for name, content, *file in fields:
        told = f'; filename="{file[0]}"\r\nContent-Type: {file[1]}' if file else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def operation(query: str, **variables: Any) -> Field:
    """The field `operations`."""
    return "operations", json.dumps({"query": query, "variables": variables}).encode()


def where(places: Mapping[str, Sequence[str]]) -> Field:
    """The field `map`."""
    return "map", json.dumps(places).encode()


def text(name: str, content: bytes = b"Hanse", called: str = "a.txt") -> Field:
    """A file."""
    return name, content, called, "text/plain"


async def send(platform: Platform, *fields: Field, **headers: str) -> Reply:
    """What the router answers to a form."""
    return await send_raw(platform, form(fields), headers)


async def send_raw(platform: Platform, body: bytes, headers: Mapping[str, str], piece: int = 65536) -> Reply:
    """What the router answers to these bytes, which come in pieces."""
    chunks = tuple(body[at : at + piece] for at in range(0, len(body), piece)) or (b"",)
    return await platform.send("POST", "/graphql", headers={**HEADERS, **headers}, chunks=chunks)
