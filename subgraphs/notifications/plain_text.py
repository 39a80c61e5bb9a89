"""Text that users typed, as mails show it: one line of plain text without links."""

from __future__ import annotations

import re

MAX_READ = 2_000  # characters that are looked at
# Control characters, and those that are invisible or change the direction of text.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
# A dot between letters or digits and the letters of a domain; browsers take the other characters for dots.
_DOMAIN_DOT = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=[^\W\d_]{2})")
_SCHEME = re.compile(r"(?i)\b(mailto|tel|sms|data|javascript):(?=\S)")


def plain_text(value: str, max_length: int) -> str:
    """The text in one line of at most `max_length` characters, its links made unusable: `https[:]//example[.]com`.

    Mail programs make links of whatever looks like an address, in plain text too.
    """
    line = " ".join(_INVISIBLE.sub(" ", value[:MAX_READ]).split())
    harmless = _SCHEME.sub(r"\1[:]", _DOMAIN_DOT.sub("[.]", line.replace("://", "[:]//")))
    return harmless if len(harmless) <= max_length else harmless[: max_length - 1].rstrip() + "…"
