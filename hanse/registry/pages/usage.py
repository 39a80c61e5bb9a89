"""The use of a variant's operations, summed over client versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hanse.registry.store import OperationUsage


@dataclass(slots=True)
class OperationSum:
    """An operation with the use of it by each client version, the most used first."""

    hash: str
    signature: str
    name: str | None
    kind: str
    first_seen: datetime
    last_seen: datetime
    clients: list[OperationUsage]
    count: int = 0
    errors: int = 0

    @property
    def title(self) -> str:
        """Its name, or the beginning of its hash."""
        return self.name or f"operation {self.hash[:8]}"


def summed(rows: Iterable[OperationUsage], client: str | None = None) -> list[OperationSum]:
    """The operations, of one client or of all, the most used first."""
    found: dict[str, OperationSum] = {}
    for row in rows:
        if client is not None and row.client != client:
            continue
        one = found.get(row.hash)
        if one is None:
            one = OperationSum(row.hash, row.signature, row.name, row.kind, row.first_seen, row.last_seen, [])
            found[row.hash] = one
        one.clients.append(row)
        one.count += row.count
        one.errors += row.errors
        one.last_seen = max(one.last_seen, row.last_seen)
    return sorted(found.values(), key=lambda one: (-one.count, one.hash))
