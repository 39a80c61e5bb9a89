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

    __slots__ = ("count", "errors", "signature")

    def __init__(self, signature: OperationSignature) -> None:
        self.signature = signature
        self.count = 0
        self.errors = 0


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
        self._name, *self._other_names = _lower(settings.client_name_headers)
        self._version, *self._other_versions = _lower(settings.client_version_headers)
        self._rate = settings.sample_rate
        self._is_sampled = settings.sample_rate < 1
        self._max_entries = settings.max_entries
        self._max_characters = settings.max_characters
        self._on_half_full = on_half_full
        self._clock = clock
        self._chance = chance
        self._clear()

    def count(self, signature: OperationSignature, headers: Mapping[str, str], *, failed: bool) -> None:
        """Count one operation of a client; `failed`: its response has errors."""
        name = headers.get(self._name)
        if name is None:
            name = _first(headers, self._other_names)
        version = headers.get(self._version)
        if version is None:
            version = _first(headers, self._other_versions)
        entry = self._entries.get((signature.hash, name, version))
        if entry is None:
            entry = self._find(signature, name[:MAX_CLIENT_CHARACTERS], version[:MAX_CLIENT_CHARACTERS])
            if entry is None:
                self._dropped += 1
                return
        if self._is_sampled and entry.count and self._chance() >= self._rate:
            return
        entry.count += 1
        if failed:
            entry.errors += 1

    def take(self) -> Window:
        """What was counted since the last call; counting begins anew."""
        now = self._clock()
        window = Window(self._since, now, self._dropped, tuple(self._uses(now)))
        self._clear()
        return window

    def _clear(self) -> None:
        self._since = self._clock()
        self._dropped = 0
        self._characters = 0
        self._entries: dict[_Key, _Entry] = {}
        self._signatures: dict[str, OperationSignature] = {}

    def _find(self, signature: OperationSignature, name: str, version: str) -> _Entry | None:
        """The entry of a client's operation, a new one if necessary; None where there is no room for it."""
        key = (signature.hash, name, version)
        return self._entries.get(key) or self._add(key, signature)

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

    def _uses(self, now: float) -> Iterator[OperationUse]:
        """The entries. `last_seen` is the end of the window: no request reads the clock."""
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
                last_seen=now,
            )


def _lower(names: Sequence[str]) -> Sequence[str]:
    """Names of headers in lower case; at least one, which no request has."""
    return [name.lower() for name in names] or [""]


def _first(headers: Mapping[str, str], names: Sequence[str]) -> str:
    """The value of the first of these headers that is present; empty where none is."""
    for name in names:
        value = headers.get(name)
        if value is not None:
            return value
    return ""
