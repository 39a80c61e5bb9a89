"""Decodes the reply of a subgraph, and checks that it is a GraphQL response.

One call of the decoder holds the interpreter lock to its end, whatever thread it runs in. So large replies are decoded
in parts, and the number of values is limited: small ones take more time and memory than their text tells.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from hanse_router.execute.heavy import HEAVY_BYTES
from hanse_router.execute.limits import DEFAULT_LIMITS
from hanse_router.transports.errors import MalformedResponse

Reply = dict[str, Any]

MAX_OBJECTS: Final = 400_000  # objects and lists of one reply
MAX_VALUES: Final = 2_000_000
_MANY_VALUES = 500_000  # splitting them takes as long as decoding them
_MAX_DEPTH = 6  # of the parts of a large reply: each level reads the text once more

_decode = msgspec.json.Decoder().decode
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read_reply(encoded: bytes, max_errors: int = DEFAULT_LIMITS.max_errors) -> Reply:
    """Decode a reply. Raises TransportError if it is not a GraphQL response.

    Of the errors of a large reply, `max_errors` and one more are decoded.
    """
    try:
        reply = _decode(encoded) if len(encoded) <= HEAVY_BYTES else _decode_large(encoded, max_errors)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise MalformedResponse("The subgraph's response is not JSON.") from None
    if not isinstance(reply, dict):
        raise MalformedResponse("The subgraph's response is not a GraphQL response.")
    data, errors = reply.get("data"), reply.get("errors")
    if not isinstance(data, dict | None) or not isinstance(errors, list | None) or (data is None and not errors):
        raise MalformedResponse("The subgraph's response is not a GraphQL response.")
    return reply


def check_values(encoded: bytes) -> None:
    """Raise MalformedResponse if a reply has too many values. Signs in texts count too: limits need not be exact."""
    if encoded.count(b",") > MAX_VALUES or encoded.count(b"{") + encoded.count(b"[") > MAX_OBJECTS:
        raise MalformedResponse(
            f"The subgraph's response has more than {MAX_OBJECTS} objects and lists, or {MAX_VALUES} values."
        )


def _decode_large(encoded: bytes, max_errors: int) -> Any:
    check_values(encoded)
    parts = _members(encoded)
    reply = {name: _decode_parts(part, 1) for name, part in parts.items() if name != "errors"}
    if "errors" in parts:
        errors = _decode_parts(parts["errors"], 1) if len(parts["errors"]) <= HEAVY_BYTES else _items(parts["errors"])
        reply["errors"] = [_read(one) for one in errors[: max_errors + 1]] if isinstance(errors, list) else errors
    return reply


def _read(value: Any) -> Any:
    return _decode(value) if isinstance(value, msgspec.Raw) else value


def _decode_parts(encoded: bytes | msgspec.Raw, depth: int) -> Any:
    """The value of JSON; the members of large objects, and some items of large lists at a time."""
    if len(encoded) <= HEAVY_BYTES or depth == _MAX_DEPTH or bytes(encoded).count(b",") > _MANY_VALUES:
        return _decode(encoded)
    match bytes(memoryview(encoded)[:100]).lstrip()[:1]:
        case b"{":
            return {name: _decode_parts(member, depth + 1) for name, member in _members(encoded).items()}
        case b"[":
            return _decode_items(_items(encoded), HEAVY_BYTES / len(encoded), depth)
        case _:
            return _decode(encoded)


def _decode_items(items: list[msgspec.Raw], share: float, depth: int) -> list[Any]:
    """The values of items, of which `share` are decoded at a time."""
    count = int(len(items) * share)
    if count <= 1:
        return [_decode_parts(item, depth + 1) for item in items]
    found: list[Any] = []
    for start in range(0, len(items), count):
        found += _decode(b"[" + b",".join(items[start : start + count]) + b"]")
    return found
