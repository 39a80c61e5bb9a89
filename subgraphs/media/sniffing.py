"""What a file is, told from its content alone."""

from __future__ import annotations

import codecs

import filetype

HEAD = 8192  # bytes that are looked at
TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_IN_TEXT = frozenset(b"\t\n\r\f\x1b")


def sniffed(head: bytes) -> str:
    """The MIME type of content that begins so: a known binary format, else text, else just bytes.

    What browsers would run (HTML, SVG, scripts) is text here, so that nobody is served it as anything else.
    """
    return filetype.guess_mime(head) or plain(head)


def plain(head: bytes) -> str:
    """Whether content that begins so is text in UTF-8, or just bytes."""
    if any(byte < 0x20 and byte not in _IN_TEXT for byte in head):
        return BYTES
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut off
    except UnicodeDecodeError:
        return BYTES
    return TEXT
