"""Sanitizes file names for file systems, terminals and HTTP headers."""

from __future__ import annotations

import unicodedata

MAX_LENGTH = 150  # characters, of at most four bytes each
_FORBIDDEN = set('<>:"|?*;%')  # invalid on Windows, or special in headers and shells
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def safe_name(name: str) -> str:
    r"""Sanitize the last segment of a path given by a client; `file` if nothing is left.

    Control and bidirectional formatting characters are removed: `\u202egnp.exe` must not look like `exe.png`.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    safe = "".join("_" if char in _FORBIDDEN else char for char in last if unicodedata.category(char)[0] != "C")
    trimmed = _shortened(" ".join(safe.split()).strip(". "))
    if not trimmed:
        return "file"
    return f"_{trimmed}" if trimmed.partition(".")[0].lower() in _DEVICES else trimmed


def _shortened(name: str) -> str:
    """Shorten the stem and keep the extension."""
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:MAX_LENGTH].rstrip(". ")
    return f"{stem[: MAX_LENGTH - len(extension) - 1].rstrip('. ')}.{extension}"
