"""Range requests, by RFC 9110, section 14: one range of bytes at a time."""

from __future__ import annotations

import re

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class NotSatisfiable(Exception):
    """The range lies outside the content."""


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and end (without) of the range that is asked for; None for the whole: no range, several, or no sense.

    Raises NotSatisfiable.
    """
    asked = _ONE_RANGE.fullmatch(header.replace(" ", "")) if header else None
    if asked is None or asked[1] == asked[2] == "":
        return None
    if asked[1] == "":
        start, end = max(0, size - int(asked[2])), size  # the last so many
    else:
        start, end = int(asked[1]), min(size, int(asked[2]) + 1 if asked[2] else size)
        if asked[2] and int(asked[2]) < start:
            return None
    if start >= size:
        raise NotSatisfiable
    return start, end
