"""File names made safe: for any file system, any terminal, and a header."""

from __future__ import annotations

import unicodedata

LONGEST = 150  # characters, of which none takes more than four bytes
_UNFIT = set('<>:"|?*;%')  # what Windows refuses, and what breaks headers and shells
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def safe_name(name: str) -> str:
    r"""The last part of a path that a client gave, without what could do harm; `file` where nothing is left.

    Control characters and those that turn the direction of writing go: `\u202egnp.exe` must not look like `exe.png`.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    fit = "".join("_" if sign in _UNFIT else sign for sign in last if unicodedata.category(sign)[0] != "C")
    trimmed = _shortened(" ".join(fit.split()).strip(". "))
    if not trimmed:
        return "file"
    return f"_{trimmed}" if trimmed.partition(".")[0].lower() in _DEVICES else trimmed


def _shortened(name: str) -> str:
    """Cut in the middle, so that the ending stays."""
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST].rstrip(". ")
    return f"{stem[: LONGEST - len(ending) - 1].rstrip('. ')}.{ending}"
