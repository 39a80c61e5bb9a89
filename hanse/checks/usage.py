"""Use that routers reported: which operations count, by the rules of a check, and how much the reports cover.

Clocks of routers may disagree with ours. An operation last seen in the future counts as seen now, and a report in the
future covers nothing after now; both are findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanse.checks.known_operations import KnownOperation
from hanse_schema.checks.report import CheckName, ClientUse, Finding, Level

CLOCK_TOLERANCE = timedelta(minutes=5)
MAX_GAP = timedelta(days=1)  # without reports


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRules:
    """Which use counts.

    Use within the last `days` counts, of clients that are not excluded (`NAME` or `NAME@VERSION`), where an operation
    has at least `min_count` requests and `min_percentage` of all requests. With `trusted_only`, clients send no other
    operations than the known ones.
    """

    days: int = 30
    min_count: int = 1
    min_percentage: float = 0.0
    excluded_clients: frozenset[str] = frozenset()
    trusted_only: bool = False

    def excludes(self, name: str, version: str) -> bool:
        """Whether a client does not count."""
        return name in self.excluded_clients or f"{name}@{version}" in self.excluded_clients


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRecord:
    """The use of an operation by one version of a client."""

    signature: str
    hash: str
    name: str | None
    client: str
    version: str
    count: int
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A period of time that a report covers. `dropped` is the number of requests that the report leaves out."""

    since: datetime
    until: datetime
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Reported use. With a `sample_rate` below 1 in any report, counts are estimates."""

    records: tuple[UsageRecord, ...] = ()
    periods: tuple[Period, ...] = ()
    sample_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether an element that no known operation uses is unused. `words` says why, or why not."""

    complete: bool
    words: str


@dataclass(frozen=True, slots=True)
class JudgedUsage:
    """The operations of usage reports, what they prove, and what is wrong with the reports."""

    operations: tuple[KnownOperation, ...]
    evidence: Evidence
    findings: tuple[Finding, ...] = ()


def judge_usage(usage: Usage, rules: UsageRules, now: datetime) -> JudgedUsage:
    """The operations in use by the rules, and whether the reports cover the window of the rules."""
    window = now - timedelta(days=rules.days)
    recent = [record for record in usage.records if record.last_seen >= window]
    old = [record for record in usage.records if record.last_seen < window]
    total = sum(record.count for record in recent if not rules.excludes(record.client, record.version))
    operations = [_operation(records, rules, total, now) for records in _by_hash(recent)]
    seen = {operation.hash for operation in operations}
    operations += [_operation(records, None, 0, now) for records in _by_hash(old) if records[0].hash not in seen]
    return JudgedUsage(tuple(operations), coverage(usage.periods, rules, now), tuple(_problems(usage, now)))


def coverage(periods: Sequence[Period], rules: UsageRules, now: datetime) -> Evidence:
    """Whether reports cover the window of the rules, up to gaps of MAX_GAP, and leave out no request in it."""
    if rules.trusted_only:
        return Evidence(True, "clients send trusted documents only")
    if not periods:
        return Evidence(False, "no usage is reported")
    reached = window = now - timedelta(days=rules.days)
    for period in sorted(periods, key=lambda period: period.since):
        if min(period.since, now) - reached > MAX_GAP:
            return Evidence(False, f"no usage is reported from {moment(reached)} to {moment(period.since)}")
        reached = max(reached, min(period.until, now))
    if now - reached > MAX_GAP:
        return Evidence(False, f"no usage is reported since {moment(reached)}")
    if dropped := sum(period.dropped for period in periods if period.until >= window):
        return Evidence(False, f"usage reports leave out {dropped:,} requests")
    return Evidence(True, f"no counted request of the last {rules.days} days uses it")


def moment(value: datetime) -> str:
    """A moment in ISO 8601, to the minute."""
    return value.isoformat(timespec="minutes").replace("+00:00", "Z")


def _by_hash(records: Iterable[UsageRecord]) -> Iterable[list[UsageRecord]]:
    groups: dict[str, list[UsageRecord]] = {}
    for record in records:
        groups.setdefault(record.hash, []).append(record)
    return groups.values()


def _operation(records: list[UsageRecord], rules: UsageRules | None, total: int, now: datetime) -> KnownOperation:
    """One operation with its clients; without rules it does not count."""
    first = records[0]
    counted = 0 if rules is None else sum(r.count for r in records if not rules.excludes(r.client, r.version))
    counts = rules is not None and counted >= max(rules.min_count, 1) and counted * 100 >= rules.min_percentage * total
    return KnownOperation(first.signature, None, first.hash, "usage", _clients(records, now), counts, first.name or "")


def _clients(records: Iterable[UsageRecord], now: datetime) -> tuple[ClientUse, ...]:
    """The clients of an operation, the most frequent first."""
    counts: dict[tuple[str, str], tuple[int, datetime]] = {}
    for record in records:
        key = (record.client, record.version)
        count, last = counts.get(key, (0, record.last_seen))
        counts[key] = (count + record.count, max(last, record.last_seen))
    uses = [ClientUse(*key, count, moment(min(last, now))) for key, (count, last) in counts.items()]
    return tuple(sorted(uses, key=lambda use: (-use.count, use.name, use.version)))


def _problems(usage: Usage, now: datetime) -> Iterable[Finding]:
    moments = [record.last_seen for record in usage.records] + [period.until for period in usage.periods]
    ahead = max(moments, default=now) - now
    if ahead > CLOCK_TOLERANCE:
        yield _warning(
            "USAGE_CLOCK_AHEAD",
            f"Usage is reported from the future, up to {moment(now + ahead)}; it counts as of now. Set the clocks of "
            "the "
            "routers and of this machine.",
        )
    if any(period.until < period.since for period in usage.periods):
        yield _warning("USAGE_PERIOD_REVERSED", "A usage report ends before it begins; set the clock of its router.")
    if dropped := sum(period.dropped for period in usage.periods):
        yield _warning(
            "USAGE_DROPPED",
            f"Usage reports leave out {dropped:,} requests, since a router had no memory for more operations. Raise "
            "its "
            "limit, so that no operation is missing.",
        )
    if usage.sample_rate < 1:
        message = f"Counts are estimates: routers count down to {usage.sample_rate:.2%} of the requests."
        yield Finding(CheckName.USAGE, Level.NOTE, "USAGE_SAMPLED", message)


def _warning(code: str, message: str) -> Finding:
    return Finding(CheckName.USAGE, Level.WARNING, code, message)
