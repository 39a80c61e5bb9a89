"""Usage reports as they are stored: one entry for each operation, client version and day (UTC)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from hanse.registry.errors import InvalidInput
from hanse.registry.store import OperationUsage
from hanse_wire.usage_report import OperationUse, UsageReport


def usage_of(report: UsageReport, oldest: datetime, now: datetime) -> list[OperationUsage]:
    """The entries of a report, summed. Moments outside of `oldest` to `now` are moved there: clocks disagree.

    Raises InvalidInput where a hash is not that of its signature.
    """
    check_hashes(report.operations)
    found: dict[tuple[object, ...], OperationUsage] = {}
    for one in report.operations:
        seen = min(max(datetime.fromtimestamp(one.last_seen, UTC), oldest), now)
        key = (one.hash, one.client, seen.date())
        known = found.get(key)
        found[key] = _first(one, seen) if known is None else _sum(known, one, seen)
    return list(found.values())


def check_hashes(operations: Iterable[OperationUse]) -> None:
    """Raises InvalidInput where a hash is not the SHA-256 of its signature."""
    hashes: dict[str, str] = {}
    for one in operations:
        if one.signature not in hashes:
            hashes[one.signature] = hashlib.sha256(one.signature.encode()).hexdigest()
        if hashes[one.signature] != one.hash:
            raise InvalidInput(f"the hash {one.hash} is not the SHA-256 of its operation's signature")


def _first(one: OperationUse, seen: datetime) -> OperationUsage:
    return OperationUsage(
        hash=one.hash,
        signature=one.signature,
        name=one.name,
        kind=one.kind,
        client=one.client.name,
        client_version=one.client.version,
        count=one.count,
        errors=one.errors,
        first_seen=seen,
        last_seen=seen,
    )


def _sum(known: OperationUsage, one: OperationUse, seen: datetime) -> OperationUsage:
    return replace(
        known,
        count=known.count + one.count,
        errors=known.errors + one.errors,
        first_seen=min(known.first_seen, seen),
        last_seen=max(known.last_seen, seen),
    )
