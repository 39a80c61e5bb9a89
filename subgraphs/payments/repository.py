"""Every SQL statement of the payments subgraph."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import insert_into
from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.payments.models import Account, Balance, Posting, Transaction, TransactionStatus

_NEWEST_FIRST = (Key(col(Transaction.id), lambda row: row.id, descending=True),)


async def transactions_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Transaction]:
    """The existing transactions with these ids, by id."""
    found = await session.scalars(select(Transaction).where(col(Transaction.id).in_(ids)))
    return {row.id: row for row in found}


async def transaction_by_key(session: AsyncSession, user_id: str, key: str) -> Transaction | None:
    """The transaction that a user created with this idempotency key."""
    statement = select(Transaction).where(col(Transaction.user_id) == user_id, col(Transaction.idempotency_key) == key)
    return (await session.scalars(statement)).one_or_none()


def _matching(user_id: str, status: str | None) -> list[ColumnElement[bool]]:
    conditions = [col(Transaction.user_id) == user_id]
    return conditions if status is None else [*conditions, col(Transaction.status) == status]


async def page_of_transactions(
    session: AsyncSession, user_id: str, page: PageRequest, status: str | None
) -> Slice[Transaction]:
    """A page of a user's transactions, newest first."""
    return await read_slice(session, select(Transaction).where(*_matching(user_id, status)), _NEWEST_FIRST, page)


async def count_transactions(session: AsyncSession, user_id: str, status: str | None) -> int:
    """The total number of transactions in the list of `page_of_transactions`."""
    counted = select(func.count()).select_from(Transaction).where(*_matching(user_id, status))
    return int(await session.scalar(counted) or 0)


async def balance(session: AsyncSession, user_id: str) -> tuple[int, int]:
    """The amounts that a user owes and has paid, in minor units."""
    row = (
        await session.execute(
            select(col(Balance.owed_minor), col(Balance.paid_minor)).where(col(Balance.user_id) == user_id)
        )
    ).first()
    return (0, 0) if row is None else (row[0], row[1])


async def increase_owed(session: AsyncSession, user_id: str, amount: int, limit: int) -> bool:
    """Increase the amount that a user owes, in one atomic statement; False if it would exceed the limit."""
    if amount > limit:
        return False
    statement = insert_into(session, Balance).values(user_id=user_id, owed_minor=amount, paid_minor=0)
    total = col(Balance.owed_minor) + amount
    upsert = statement.on_conflict_do_update(
        index_elements=["user_id"], set_={"owed_minor": total}, where=total <= limit
    )
    return (await session.scalar(upsert.returning(col(Balance.user_id)))) is not None


async def decrease_owed(session: AsyncSession, user_id: str, amount: int, *, paid: bool) -> None:
    """Decrease the amount that a user owes, after payment or cancellation."""
    values: dict[str, Any] = {"owed_minor": col(Balance.owed_minor) - amount}
    if paid:
        values["paid_minor"] = col(Balance.paid_minor) + amount
    await session.execute(update(Balance).where(col(Balance.user_id) == user_id).values(**values))


async def end(
    session: AsyncSession, user_id: str, status: TransactionStatus, at: datetime, *, transaction_id: str | None = None
) -> list[Transaction]:
    """End one pending transaction of a user, or all; returns those that this call ended, oldest first."""
    pending = update(Transaction).where(*_matching(user_id, TransactionStatus.PENDING))
    if transaction_id is not None:
        pending = pending.where(col(Transaction.id) == transaction_id)
    ended = pending.values(status=status.value, ended_at=at).returning(Transaction)
    rows = await session.scalars(ended.execution_options(populate_existing=True))
    return sorted(rows, key=lambda row: row.id)


async def post(session: AsyncSession, postings: Sequence[Posting]) -> None:
    """Write postings to the ledger."""
    session.add_all(postings)
    await session.flush()


async def account_totals(session: AsyncSession) -> Mapping[str, int]:
    """The total of each ledger account, in minor units."""
    rows = await session.execute(
        select(col(Posting.account), func.sum(col(Posting.amount_minor))).group_by(col(Posting.account))
    )
    return {row[0]: int(row[1]) for row in rows}


async def unbalanced_entries(session: AsyncSession) -> int:
    """The number of ledger entries whose postings do not add up to zero."""
    wrong = (
        select(col(Posting.entry_id))
        .group_by(col(Posting.entry_id))
        .having(func.sum(col(Posting.amount_minor)) != 0)
        .subquery()
    )
    return int(await session.scalar(select(func.count()).select_from(wrong)) or 0)


async def wrong_balances(session: AsyncSession) -> int:
    """The number of account balances that differ from the ledger."""
    owed = (
        select(col(Posting.user_id), func.sum(col(Posting.amount_minor)).label("owed"))
        .where(col(Posting.account) == Account.RECEIVABLE)
        .group_by(col(Posting.user_id))
        .subquery()
    )
    compared = select(func.count()).select_from(Balance).outerjoin(owed, owed.c.user_id == col(Balance.user_id))
    wrong = compared.where(col(Balance.owed_minor) != func.coalesce(owed.c.owed, 0))
    return int(await session.scalar(wrong) or 0)


async def erase_texts(session: AsyncSession, user_id: str) -> None:
    """Delete what a deleted user typed; the transactions stay, for the ledger."""
    own = update(Transaction).where(col(Transaction.user_id) == user_id)
    await session.execute(own.values(description="", idempotency_key=None))


async def any_transaction(session: AsyncSession) -> bool:
    """Whether any transaction exists."""
    return await session.scalar(select(col(Transaction.id)).limit(1)) is not None
