"""The hash chain: the hash of an entry, and the verification of the chain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

import orjson

from subgraphs.audit.models import Entry

START = "0" * 64  # the previous hash of the first entry


def hash_of(entry: Entry, previous_hash: str) -> str:
    """The SHA-256 of the entry and the previous entry's hash, in hexadecimal digits."""
    covered = [
        previous_hash,
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
    """Verifies a chain from its start; stops at the first entry whose position or hash is wrong.

    `position` and `hash` are those of the last valid entry, `problem` describes the first invalid one.
    """

    position: int = 0
    hash: str = START
    problem: str | None = None

    def read(self, entries: Iterable[Entry]) -> None:
        """Verify the next entries."""
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
        """Verify that the chain ends at this position with this hash."""
        if self.problem is not None:
            return
        if self.position < position:
            self.problem = f"entry {self.position + 1} is missing"
        elif (self.position, self.hash) != (position, digest):
            self.problem = f"entry {self.position} was added"
