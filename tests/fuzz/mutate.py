"""Damages requests: their bytes, their JSON, their headers."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.fuzz.values import Values

_PIECES = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\x00",
    b"...",
    b"@skip(if: $x)",
    b"fragment F on Q",
    b"{__typename}",
    b"#",
    b"null",
    b"1e999",
    b"-0",
    b"9" * 400,
    b" " * 300,
    b"[" * 200,
)
_MEDIA = (
    "application/json",
    "application/json; charset=utf-8",
    "application/json; charset=latin-1",
    "text/plain",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/graphql",
    "",
)
_ACCEPTS = (
    "*/*",
    "application/json",
    "application/graphql-response+json",
    "text/event-stream",
    "multipart/mixed",
    "image/png",
    ",;q=,",
    "application/json;q=0",
)


def damage_bytes(body: bytes, rng: random.Random) -> bytes:
    """Cut, repeat, overwrite or insert some bytes, once to four times."""
    changed = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(changed) + 1)
        end = min(len(changed), start + rng.randint(0, 20))
        roll = rng.randrange(4)
        if roll == 0:
            del changed[start:end]
        elif roll == 1:
            changed[start:start] = changed[start:end] * rng.randint(1, 5)
        elif roll == 2 and start < len(changed):
            changed[start] = rng.randrange(256)
        else:
            changed[start:start] = rng.choice(_PIECES)
    return bytes(changed)


def damage_json(request: dict[str, Any], values: Values) -> Any:
    """Replace a member of the request, or the request, by any value."""
    rng = values.rng
    if rng.random() < 0.1:
        return [request] * rng.randint(0, 3) if rng.random() < 0.5 else values.anything()
    names = ("query", "variables", "operationName", "extensions", "documentId", "id", "unknown")
    changed = dict(request)
    for _ in range(rng.randint(1, 3)):
        changed[rng.choice(names)] = values.anything()
    if isinstance(changed.get("variables"), dict) and rng.random() < 0.5:
        changed["variables"] = {name: values.anything() for name in changed["variables"]}
    return changed


def encode(payload: Any) -> bytes:
    """JSON, with lone surrogates where a string has them."""
    return json.dumps(payload).encode()


def headers(rng: random.Random) -> dict[str, str]:
    """Usual headers, or odd ones."""
    chosen = {"content-type": "application/json"}
    if rng.random() < 0.1:
        chosen["accept"] = rng.choice(_ACCEPTS)
    if rng.random() < 0.05:
        chosen["content-type"] = rng.choice(_MEDIA)
    if rng.random() < 0.03:
        chosen["authorization"] = rng.choice(
            ("Bearer", "Bearer x", "Basic eDp5", "Bearer " + "a" * 3_000, "Bearer e30.e30.e30", "\xff")
        )
    if rng.random() < 0.03:
        chosen["content-length"] = rng.choice(("0", "1", "-1", "99999999999", "x"))
    if rng.random() < 0.02:
        chosen["content-encoding"] = rng.choice(("gzip", "identity", "br"))
    if rng.random() < 0.03:
        chosen["x-request-id"] = rng.choice(("a", "\r\n", "x" * 500, "\xe9"))
    if rng.random() < 0.03:
        chosen["traceparent"] = rng.choice(("00-" + "1" * 32 + "-" + "2" * 16 + "-01", "00-0-0-0", "x"))
    if rng.random() < 0.02:
        chosen["x-forwarded-for"] = rng.choice(("1.2.3.4", "::1, x", "," * 100))
    return chosen
