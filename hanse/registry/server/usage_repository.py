"""Every SQL statement on usage: what routers report, by operation, client version and day (UTC)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse.registry.server.models import OperationRow, ReportRow, UsageRow
from hanse.registry.store import OperationUsage
from hanse_subgraph.clock import in_utc
from hanse_subgraph.db import insert_into

MAX_ROWS = 5_000  # of one page
BATCH = 500  # rows of one statement: its parameters are limited


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLimits:
    """Maximum numbers per variant: of operations, and of rows (operation and client version) of one day."""

    operations: int
    rows_per_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientUsage:
    """The use by one version of a client: operations is the number of different ones."""

    client: str
    version: str
    count: int
    errors: int
    operations: int
    last_seen: datetime


async def add(
    session: AsyncSession, graph: str, variant: str, used: Sequence[OperationUsage], limits: UsageLimits
) -> int:
    """Add the use of operations, each one of one day. Returns the number left out because of the limits.

    There is one `OperationUsage` for each operation, client version and day.
    """
    kept = sorted(await _within(session, graph, variant, used, limits), key=_key)  # the same order for all: no deadlock
    await _upsert_operations(session, _operations_of(graph, variant, kept))
    await _upsert_usage(session, [_usage_values(graph, variant, one) for one in kept])
    return len(used) - len(kept)


async def is_new_report(session: AsyncSession, graph: str, variant: str, report: str, now: datetime) -> bool:
    """Remember a report. Returns whether it was not known."""
    insert = insert_into(session, ReportRow).values(graph=graph, variant=variant, id=report, created_at=now)
    done = await session.execute(insert.on_conflict_do_nothing().returning(col(ReportRow.id)))
    return done.first() is not None


async def operations(
    session: AsyncSession, graph: str, variant: str, *, since: datetime | None, limit: int, offset: int = 0
) -> list[OperationUsage]:
    """The use of each operation by each client version since a day, the most used first."""
    query = (
        select(
            col(UsageRow.hash),
            col(UsageRow.client),
            col(UsageRow.client_version),
            func.sum(col(UsageRow.count)),
            func.sum(col(UsageRow.errors)),
            func.max(col(UsageRow.last_seen)),
        )
        .where(*_used(graph, variant, since))
        .group_by(col(UsageRow.hash), col(UsageRow.client), col(UsageRow.client_version))
        .order_by(
            func.sum(col(UsageRow.count)).desc(),
            col(UsageRow.hash),
            col(UsageRow.client),
            col(UsageRow.client_version),
        )
        .limit(min(limit, MAX_ROWS))
        .offset(offset)
    )
    used = list(await session.execute(query))
    rows = await _operation_rows(session, graph, variant, {hash_ for hash_, *_ in used})
    return [
        OperationUsage(
            hash=hash_,
            signature=rows[hash_].signature,
            name=rows[hash_].name,
            kind=rows[hash_].kind,
            client=client,
            client_version=client_version,
            count=int(count),
            errors=int(errors),
            first_seen=rows[hash_].first_seen,
            last_seen=in_utc(last_seen),
        )
        for hash_, client, client_version, count, errors, last_seen in used
        if hash_ in rows
    ]


async def clients(
    session: AsyncSession, graph: str, variant: str, *, since: datetime | None, limit: int
) -> list[ClientUsage]:
    """The use by each client version since a day, the most used first."""
    query = (
        select(
            col(UsageRow.client),
            col(UsageRow.client_version),
            func.sum(col(UsageRow.count)),
            func.sum(col(UsageRow.errors)),
            func.count(col(UsageRow.hash).distinct()),
            func.max(col(UsageRow.last_seen)),
        )
        .where(*_used(graph, variant, since))
        .group_by(col(UsageRow.client), col(UsageRow.client_version))
        .order_by(func.sum(col(UsageRow.count)).desc(), col(UsageRow.client), col(UsageRow.client_version))
        .limit(min(limit, MAX_ROWS))
    )
    return [
        ClientUsage(
            client=client,
            version=version,
            count=int(count),
            errors=int(errors),
            operations=different,
            last_seen=in_utc(last_seen),
        )
        for client, version, count, errors, different, last_seen in await session.execute(query)
    ]


async def delete_reports_before(session: AsyncSession, moment: datetime) -> None:
    """Forget the reports that came before a moment."""
    await session.execute(delete(ReportRow).where(col(ReportRow.created_at) < moment))


async def delete_before(session: AsyncSession, day: date) -> None:
    """Delete the use before a day, and the operations that were not used since."""
    await session.execute(delete(UsageRow).where(col(UsageRow.day) < day))
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    await session.execute(delete(OperationRow).where(col(OperationRow.last_seen) < moment))


async def _within(
    session: AsyncSession, graph: str, variant: str, used: Sequence[OperationUsage], limits: UsageLimits
) -> list[OperationUsage]:
    """What fits into the limits: known operations and client versions always do."""
    hashes = {one.hash for one in used}
    of_variant = (col(OperationRow.graph) == graph, col(OperationRow.variant) == variant)
    known = set(
        await session.scalars(select(col(OperationRow.hash)).where(*of_variant, col(OperationRow.hash).in_(hashes)))
    )
    count = await session.scalar(select(func.count()).select_from(OperationRow).where(*of_variant)) or 0
    rows = await _known_rows(session, graph, variant, used)
    rooms = await _rooms(session, graph, variant, {_day(one) for one in used}, limits.rows_per_day)
    kept = []
    for one in used:
        key, day = _key(one), _day(one)
        if one.hash not in known:
            if count >= limits.operations:
                continue
            known.add(one.hash)
            count += 1
        if key not in rows:
            if rooms[day] <= 0:
                continue
            rows.add(key)
            rooms[day] -= 1
        kept.append(one)
    return kept


async def _known_rows(
    session: AsyncSession, graph: str, variant: str, used: Iterable[OperationUsage]
) -> set[tuple[Any, ...]]:
    query = select(col(UsageRow.hash), col(UsageRow.client), col(UsageRow.client_version), col(UsageRow.day)).where(
        col(UsageRow.graph) == graph,
        col(UsageRow.variant) == variant,
        col(UsageRow.hash).in_({one.hash for one in used}),
        col(UsageRow.day).in_({_day(one) for one in used}),
    )
    return {tuple(row) for row in await session.execute(query)}


async def _rooms(session: AsyncSession, graph: str, variant: str, days: Iterable[date], limit: int) -> dict[date, int]:
    """How many more rows each day may have."""
    query = (
        select(col(UsageRow.day), func.count())
        .where(col(UsageRow.graph) == graph, col(UsageRow.variant) == variant, col(UsageRow.day).in_(days))
        .group_by(col(UsageRow.day))
    )
    rooms = dict.fromkeys(days, limit)
    for day, count in await session.execute(query):
        rooms[day] -= count
    return rooms


async def _upsert_operations(session: AsyncSession, values: Sequence[dict[str, Any]]) -> None:
    for batch in _batches(values):
        insert = insert_into(session, OperationRow).values(batch)
        first, last = col(OperationRow.first_seen), col(OperationRow.last_seen)
        seen = {
            "first_seen": case((insert.excluded.first_seen < first, insert.excluded.first_seen), else_=first),
            "last_seen": case((insert.excluded.last_seen > last, insert.excluded.last_seen), else_=last),
        }
        await session.execute(insert.on_conflict_do_update(index_elements=["graph", "variant", "hash"], set_=seen))


async def _upsert_usage(session: AsyncSession, values: Sequence[dict[str, Any]]) -> None:
    for batch in _batches(values):
        insert = insert_into(session, UsageRow).values(batch)
        last = col(UsageRow.last_seen)
        await session.execute(
            insert.on_conflict_do_update(
                index_elements=["graph", "variant", "hash", "client", "client_version", "day"],
                set_={
                    "count": col(UsageRow.count) + insert.excluded.count,
                    "errors": col(UsageRow.errors) + insert.excluded.errors,
                    "last_seen": case((insert.excluded.last_seen > last, insert.excluded.last_seen), else_=last),
                },
            )
        )


def _batches(values: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def _operations_of(graph: str, variant: str, used: Iterable[OperationUsage]) -> list[dict[str, Any]]:
    """A row for each operation, with the first and the last moment of its use."""
    found: dict[str, dict[str, Any]] = {}
    for one in used:
        row = found.setdefault(
            one.hash,
            {
                "graph": graph,
                "variant": variant,
                "hash": one.hash,
                "signature": one.signature,
                "name": one.name,
                "kind": one.kind,
                "first_seen": one.first_seen,
                "last_seen": one.last_seen,
            },
        )
        row["first_seen"] = min(row["first_seen"], one.first_seen)
        row["last_seen"] = max(row["last_seen"], one.last_seen)
    return list(found.values())


def _usage_values(graph: str, variant: str, one: OperationUsage) -> dict[str, Any]:
    return {
        "graph": graph,
        "variant": variant,
        "hash": one.hash,
        "client": one.client,
        "client_version": one.client_version,
        "day": _day(one),
        "count": one.count,
        "errors": one.errors,
        "last_seen": one.last_seen,
    }


def _used(graph: str, variant: str, since: datetime | None) -> list[ColumnElement[bool]]:
    conditions = [col(UsageRow.graph) == graph, col(UsageRow.variant) == variant]
    return conditions if since is None else [*conditions, col(UsageRow.day) >= since.astimezone(UTC).date()]


async def _operation_rows(
    session: AsyncSession, graph: str, variant: str, hashes: Collection[str]
) -> dict[str, OperationRow]:
    of_variant = (col(OperationRow.graph) == graph, col(OperationRow.variant) == variant)
    query = select(OperationRow).where(*of_variant, col(OperationRow.hash).in_(hashes))
    return {row.hash: row for row in await session.scalars(query)}


def _key(one: OperationUsage) -> tuple[Any, ...]:
    return (one.hash, one.client, one.client_version, _day(one))


def _day(one: OperationUsage) -> date:
    return one.last_seen.astimezone(UTC).date()
