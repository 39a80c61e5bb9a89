"""The protocol of the keys that seal personal data. `events/stored_keys.py` keeps them in a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol


class PersonKeys(Protocol):
    """The keys of persons; `person_keys.py` keeps them in a database."""

    async def to_seal(self, person_id: str) -> bytes | None:
        """The key of a person, created if missing; None where it was deleted."""
        ...

    async def to_open(self, person_ids: Collection[str]) -> Mapping[str, bytes]:
        """The existing keys of these persons, by id."""
        ...

    async def erase(self, person_id: str) -> None:
        """Delete the key of a person for good. What it seals can never be read again."""
        ...

    def forget(self, person_id: str) -> None:
        """Drop the key of a person from the cache."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
