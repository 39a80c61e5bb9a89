"""The owners of a graph's schema on a server: the text of a file like CODEOWNERS, checked when it is set."""

from __future__ import annotations

from functools import lru_cache

from hanse.registry.errors import InvalidInput, TooLarge
from hanse_schema.checks.ownership import Ownership, OwnershipError, read_owners

MAX_CHARACTERS = 100_000
MAX_LINES = 2_000  # each is compared with every element of a page


def checked_owners(text: str) -> str:
    """The text as it is stored; empty for no owners. Raises InvalidInput and TooLarge."""
    if len(text) > MAX_CHARACTERS or text.count("\n") >= MAX_LINES:
        raise TooLarge(f"the owners have at most {MAX_LINES:,} lines and {MAX_CHARACTERS:,} characters")
    try:
        read_owners(text)
    except OwnershipError as error:
        raise InvalidInput(str(error)) from error
    return f"{text.strip()}\n" if text.strip() else ""


@lru_cache(maxsize=16)
def ownership_of(text: str) -> Ownership:
    """The ownership that a stored text declares."""
    return read_owners(text)
