"""The hash chain: what an entry's hash covers, and how a chain is checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

import orjson

from subgraphs.audit.models import Entry

START = "0" * 64  # what the first entry's hash covers in the place of one before


def hash_of(entry: Entry, before: str) -> str:
    """The SHA-256 of the entry with the hash of the one before, in hexadecimal digits."""
    covered = [
        before,
        entry.position,
        entry.event_id,
        entry.action,
        entry.user_id,
        entry.resource_type,
        entry.resource_id,
        entry.client_ip,
        entry.user_agent,
        entry.happened_at.astimezone(UTC).isoformat(),
        entry.details,
    ]
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(slots=True)
class ChainCheck:
    """Reads a chain from its start; stops at the first entry that does not follow from the one before."""

    position: int = 0
    hash: str = START
    problem: str | None = None

    def read(self, entries: Iterable[Entry]) -> None:
        """Go on with these entries, which come next."""
        for entry in entries:
            if self.problem is not None:
                return
            if entry.position != self.position + 1:
                self.problem = f"entry {self.position + 1} is missing"
            elif entry.hash != hash_of(entry, self.hash):
                self.problem = f"entry {entry.position} was changed"
            else:
                self.position, self.hash = entry.position, entry.hash

    def end(self, position: int, digest: str) -> None:
        """The chain should end here."""
        if self.problem is not None:
            return
        if self.position < position:
            self.problem = f"entry {self.position + 1} is missing"
        elif (self.position, self.hash) != (position, digest):
            self.problem = f"entry {self.position} was added"
