"""Encoded heads of requests: those of recent callers are kept, up to a number of bytes."""

from __future__ import annotations

from collections.abc import Mapping

MAX_BYTES = 8_000_000  # for the callers of one subgraph
MAX_HEAD_BYTES = 16_384  # a larger one is encoded for each request
_OVERHEAD_BYTES = 500  # of an entry


class EncodedHeads:
    """Heads with the headers of requests, after what all requests to a subgraph have in common."""

    def __init__(self, common: bytes) -> None:
        self._common = common
        self._heads: dict[tuple[tuple[str, str], ...], bytes] = {}  # the oldest first
        self.size = 0  # in bytes

    def with_headers(self, headers: Mapping[str, str]) -> bytes:
        """The head of a request with these headers; names are in lower case."""
        if not headers:
            return self._common
        key = tuple(headers.items())
        return self._heads.get(key) or self._encode(key)

    def _encode(self, key: tuple[tuple[str, str], ...]) -> bytes:
        head = self._common + _encoded(key)
        if len(head) <= MAX_HEAD_BYTES:
            self._heads[key] = head
            self.size += _weight(head)
            while self.size > MAX_BYTES:
                self.size -= _weight(self._heads.pop(next(iter(self._heads))))
        return head


def _weight(head: bytes) -> int:
    return 2 * len(head) + _OVERHEAD_BYTES  # its headers as text are part of the key


def _encoded(headers: tuple[tuple[str, str], ...]) -> bytes:
    """Headers of one request. One with a line break is omitted: it could add headers of the client's choice."""
    lines = [f"\r\n{name}: {value}" for name, value in headers if not ("\n" in value or "\r" in value or "\0" in value)]
    return "".join(lines).encode("latin-1", "replace")
