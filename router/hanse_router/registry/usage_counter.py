"""Counts the operations of clients between two usage reports, in bounded memory. A count is one look-up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hanse_router.prepare.signature import OperationSignature
from hanse_router.settings_supergraph import UsageSettings
from hanse_wire.usage_report import (
    MAX_CLIENT_CHARACTERS,
    MAX_NAME_CHARACTERS,
    MAX_SIGNATURE_CHARACTERS,
    Client,
    OperationUse,
)

_Key = tuple[str, str, str]  # hash of the signature, name and version of the client


class _Entry:
    """The uses of one operation by one client version that were counted."""

    __slots__ = ("count", "errors", "last_seen", "signature")

    def __init__(self, signature: OperationSignature) -> None:
        self.signature = signature
        self.count = 0
        self.errors = 0
        self.last_seen = 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """What was counted between two moments, in seconds since the epoch."""

    since: float
    until: float
    dropped: int
    operations: Sequence[OperationUse]


class UsageCounter:
    """For one event loop: no locks."""

    def __init__(
        self,
        settings: UsageSettings,
        *,
        on_half_full: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`on_half_full` is called when half of the memory is used."""
        self._names = tuple(name.lower() for name in settings.client_name_headers)
        self._versions = tuple(name.lower() for name in settings.client_version_headers)
        self._rate = settings.sample_rate
        self._max_entries = settings.max_entries
        self._max_characters = settings.max_characters
        self._on_half_full = on_half_full
        self._clock = clock
        self._chance = chance
        self._clear()

    def count(self, signature: OperationSignature, headers: Mapping[str, str], *, failed: bool) -> None:
        """Count one operation of a client; `failed`: its response has errors."""
        key = (signature.hash, _first(headers, self._names), _first(headers, self._versions))
        entry = self._entries.get(key)
        if entry is None:
            entry = self._add(key, signature)
            if entry is None:
                self._dropped += 1
                return
        elif self._rate < 1 and self._chance() >= self._rate:
            return
        entry.count += 1
        if failed:
            entry.errors += 1
        entry.last_seen = self._clock()

    def take(self) -> Window:
        """What was counted since the last call; counting begins anew."""
        window = Window(self._since, self._clock(), self._dropped, tuple(self._uses()))
        self._clear()
        return window

    def _clear(self) -> None:
        self._since = self._clock()
        self._dropped = 0
        self._characters = 0
        self._entries: dict[_Key, _Entry] = {}
        self._signatures: dict[str, OperationSignature] = {}

    def _add(self, key: _Key, signature: OperationSignature) -> _Entry | None:
        """A new entry; None where there is no room for it."""
        if len(self._entries) >= self._max_entries or len(signature.text) > MAX_SIGNATURE_CHARACTERS:
            return None
        known = self._signatures.get(signature.hash)
        if known is None:
            if self._characters + len(signature.text) > self._max_characters:
                return None
            self._characters += len(signature.text)
            known = self._signatures[signature.hash] = signature
        entry = self._entries[key] = _Entry(known)
        if 2 * len(self._entries) >= self._max_entries or 2 * self._characters >= self._max_characters:
            self._on_half_full()
        return entry

    def _uses(self) -> Iterator[OperationUse]:
        rate = self._rate
        for (_, name, version), entry in self._entries.items():
            signature = entry.signature
            count = 1 + round((entry.count - 1) / rate)  # the first one was counted in any case
            yield OperationUse(
                signature=signature.text,
                hash=signature.hash,
                name=signature.name[:MAX_NAME_CHARACTERS] if signature.name is not None else None,
                kind=signature.kind.value,
                client=Client(name, version),
                count=count,
                errors=min(count, round(entry.errors / rate)),
                last_seen=entry.last_seen,
            )


def _first(headers: Mapping[str, str], names: Sequence[str]) -> str:
    """The value of the first of these headers that is present, cut to the length that a report allows."""
    for name in names:
        value = headers.get(name)
        if value is not None:
            return value[:MAX_CLIENT_CHARACTERS]
    return ""
