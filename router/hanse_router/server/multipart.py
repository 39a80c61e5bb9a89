"""Subscriptions as multipart/mixed, the protocol of Apollo's clients (subscriptionSpec=1.0)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.json import encode

from hanse_router.execute.errors import Error

CONTENT_TYPE = b'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'
_PART = b"\r\ncontent-type: application/json\r\n\r\n"
_NEXT = b"\r\n--graphql"
_LAST = b"--\r\n"


class MultipartEncoding:
    """The frames of one stream. Each ends with the boundary, so that a client knows that its part is complete."""

    content_type = CONTENT_TYPE
    opening = b"\r\n--graphql"
    heartbeat = _PART + b"{}" + _NEXT

    def result(self, response: bytes) -> bytes:
        """A result."""
        return _PART + b'{"payload":' + response + b"}" + _NEXT

    def end(self, errors: Sequence[Error]) -> bytes:
        """The end, after a part with the errors beside an empty payload."""
        if not errors:
            return _LAST
        return _PART + encode({"payload": None, "errors": errors}) + _NEXT + _LAST
