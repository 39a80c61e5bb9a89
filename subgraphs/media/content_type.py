"""Detects the MIME type of a file from its content."""

from __future__ import annotations

import codecs

import filetype

HEAD_BYTES = 8192  # the number of bytes to inspect
TEXT, BINARY = "text/plain; charset=utf-8", "application/octet-stream"
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")


def detect_content_type(head: bytes) -> str:
    """The MIME type of content that starts with `head`: a known binary format, else text or binary.

    Content that browsers would execute (HTML, SVG, scripts) is plain text, so that it is never served as such.
    """
    return filetype.guess_mime(head) or text_or_binary(head)


def text_or_binary(head: bytes) -> str:
    """The MIME type of text if `head` is valid UTF-8 without control characters, else of binary data."""
    if any(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in head):
        return BINARY
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be incomplete
    except UnicodeDecodeError:
        return BINARY
    return TEXT
