"""References to versions on the command line: `7`, `staging`, `staging@7`, `production/checkout@2`."""

from __future__ import annotations

import re

from hanse.registry.errors import InvalidInput
from hanse.registry.store import DEFAULT_VARIANT, Line, Store, Version

_REFERENCE = re.compile(r"(?:(?P<variant>[^/@\s]+?)(?:/(?P<branch>[^/@\s]+))?)?(?:@(?P<number>\d{1,9}))?")


def parse_reference(text: str, default: Line | None = None) -> tuple[Line, int | None]:
    """The line and the number of a version; None: the newest. A number alone is one of the default line.

    Raises InvalidInput.
    """
    default = default or Line(DEFAULT_VARIANT)
    if text.isdecimal():
        return default, int(text)
    found = _REFERENCE.fullmatch(text)
    if found is None or not text:
        raise InvalidInput(f"{text!r} is not a version: write N, VARIANT, VARIANT@N or VARIANT/BRANCH@N")
    line = Line(found["variant"], found["branch"]) if found["variant"] else default
    return line, None if found["number"] is None else int(found["number"])


def resolve(store: Store, text: str, default: Line | None = None) -> Version:
    """The version that a reference names. Raises RegistryError."""
    line, number = parse_reference(text, default)
    return store.current(line) if number is None else store.show(line, number)
