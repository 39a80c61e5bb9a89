"""The chain of entries: the hash of an entry, and the verification of the chain.

Each hash is an HMAC with a key outside of the database, over the entry and the previous hash: who can write the table
cannot compute hashes. Personal data are covered by salted digests, so that they can be erased and the chain still
verifies. Entries of version 1 are older: their hash is a plain SHA-256, and the first keyed entry seals them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import orjson

from subgraphs.audit.chain_key import ChainKey
from subgraphs.audit.models import Entry

START = "0" * 64  # the previous hash of the first entry
ABOUT_USERS = ("user", "sign_in")  # types of resources whose id is that of a user
PLAIN, KEYED = 1, 2  # versions of entries
DELETION = "user.deleted"  # the action that allows to erase the personal data of its resource
SALT_BYTES = 16


def new_salt() -> str:
    """A random salt, in hexadecimal digits."""
    return secrets.token_hex(SALT_BYTES)


def personal_digest(entry: Entry) -> str:
    """The digest of an entry's personal details."""
    return _digest([entry.personal_salt, entry.personal])


def client_digest(entry: Entry) -> str:
    """The digest of an entry's client: its address and user agent."""
    return _digest([entry.client_salt, entry.client_ip, entry.user_agent])


def hash_of(entry: Entry, previous_hash: str, key: ChainKey) -> str:
    """The hash of a keyed entry and the previous entry's hash, in hexadecimal digits."""
    covered = [
        previous_hash,
        entry.position,
        entry.event_id,
        entry.action,
        entry.user_id,
        entry.person_id,
        entry.resource_type,
        entry.resource_id,
        entry.happened_at.astimezone(UTC).isoformat(),
        entry.details,
        entry.personal_digest,
        entry.client_digest,
    ]
    return key.hmac(_json(covered))


def plain_hash_of(entry: Entry, previous_hash: str) -> str:
    """The hash of an entry of version 1."""
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
    return hashlib.sha256(_json(covered)).hexdigest()


def _digest(covered: Any) -> str:
    return hashlib.sha256(_json(covered)).hexdigest()


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@dataclass(slots=True)
class ChainCheck:
    """Verifies a chain from its start; stops at the first entry that is wrong.

    `anchors` are the hashes of the event log, by position. `position` and `hash` are those of the last valid entry,
    `problem` describes the first invalid one.
    """

    key: ChainKey
    anchors: Mapping[int, str] = field(default_factory=dict)
    position: int = 0
    hash: str = START
    problem: str | None = None
    erased_entries: int = 0
    _erased: dict[str, int] = field(default_factory=dict)  # a person's first entry that was erased
    _deleted: set[str] = field(default_factory=set)

    def read(self, entries: Iterable[Entry]) -> None:
        """Verify the next entries."""
        for entry in entries:
            if self.problem is None:
                self.problem = self._problem_of(entry)
            if self.problem is not None:
                return
            self._note(entry)
            self.position, self.hash = entry.position, entry.hash

    def end(self, position: int, digest: str) -> None:
        """Verify that the chain ends at this position with this hash, and that only deleted users were erased."""
        if self.problem is not None:
            return
        last_anchor = max(self.anchors, default=0)
        wrongly = [first for person, first in self._erased.items() if person not in self._deleted]
        if self.position < max(position, last_anchor):
            self.problem = f"entry {self.position + 1} is missing"
        elif (self.position, self.hash) != (position, digest):
            self.problem = f"entry {self.position} was added"
        elif wrongly:
            self.problem = f"entry {min(wrongly)} was erased, and its user was not deleted"

    @property
    def anchored_entries(self) -> int:
        """The number of valid entries that the anchors cover."""
        return max((position for position in self.anchors if position <= self.position), default=0)

    def _problem_of(self, entry: Entry) -> str | None:
        if entry.position != self.position + 1:
            return f"entry {self.position + 1} is missing"
        if not (self._is_valid_keyed(entry) if entry.version == KEYED else self._is_valid_plain(entry)):
            return f"entry {entry.position} was changed"
        anchor = self.anchors.get(entry.position, entry.hash)
        if not hmac.compare_digest(anchor, entry.hash):
            return f"entry {entry.position} differs from its anchor in the event log"
        return None

    def _is_valid_keyed(self, entry: Entry) -> bool:
        digests = (
            (entry.personal is None, entry.personal_digest, personal_digest),
            (entry.client_salt is None, entry.client_digest, client_digest),
        )
        if any(not is_erased and stored != digest_of(entry) for is_erased, stored, digest_of in digests):
            return False
        return hmac.compare_digest(entry.hash, hash_of(entry, self.hash, self.key))

    def _is_valid_plain(self, entry: Entry) -> bool:
        """A plain entry may only come before the first keyed one. The hash of an erased one is taken as it is."""
        if entry.position > self.key.after:
            return False
        return entry.erased_at is not None or entry.hash == plain_hash_of(entry, self.hash)

    def _note(self, entry: Entry) -> None:
        if entry.action == DELETION:
            self._deleted.add(entry.resource_id)
        persons = []
        if entry.version == PLAIN and entry.erased_at is not None:
            self.erased_entries += 1
            about = entry.resource_id if entry.resource_type in ABOUT_USERS else ""
            if not {entry.user_id, about} & self._deleted:
                persons.append(entry.user_id or about)
        elif entry.version == KEYED:
            if entry.personal is None and entry.personal_digest is not None:
                persons.append(entry.person_id or "")
            if entry.client_salt is None and entry.client_digest is not None:
                persons.append(entry.user_id or entry.person_id or "")
            self.erased_entries += bool(persons)
        for person in persons:
            self._erased.setdefault(person, entry.position)
