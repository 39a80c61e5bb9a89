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
    """The transactions of these ids that there are."""
    found = await session.scalars(select(Transaction).where(col(Transaction.id).in_(ids)))
    return {row.id: row for row in found}


async def transaction_by_key(session: AsyncSession, user_id: str, key: str) -> Transaction | None:
    """The transaction that a user made under an idempotency key."""
    statement = select(Transaction).where(col(Transaction.user_id) == user_id, col(Transaction.idempotency_key) == key)
    return (await session.scalars(statement)).one_or_none()


def _matching(user_id: str, status: str | None) -> list[ColumnElement[bool]]:
    conditions = [col(Transaction.user_id) == user_id]
    return conditions if status is None else [*conditions, col(Transaction.status) == status]


async def page_of_transactions(
    session: AsyncSession, user_id: str, page: PageRequest, status: str | None
) -> Slice[Transaction]:
    """A user's transactions, newest first."""
    return await read_slice(session, select(Transaction).where(*_matching(user_id, status)), _NEWEST_FIRST, page)


async def count_transactions(session: AsyncSession, user_id: str, status: str | None) -> int:
    """How many the list above has in all."""
    counted = select(func.count()).select_from(Transaction).where(*_matching(user_id, status))
    return int(await session.scalar(counted) or 0)


async def balance(session: AsyncSession, user_id: str) -> tuple[int, int]:
    """What a user owes, and what they have paid, in minor units."""
    row = (
        await session.execute(
            select(col(Balance.owed_minor), col(Balance.paid_minor)).where(col(Balance.user_id) == user_id)
        )
    ).first()
    return (0, 0) if row is None else (row[0], row[1])


async def owe(session: AsyncSession, user_id: str, amount: int, limit: int) -> bool:
    """Add to what a user owes; False where that would pass the limit. One statement, so that no two race."""
    if amount > limit:
        return False
    statement = insert_into(session, Balance).values(user_id=user_id, owed_minor=amount, paid_minor=0)
    more = col(Balance.owed_minor) + amount
    added = statement.on_conflict_do_update(index_elements=["user_id"], set_={"owed_minor": more}, where=more <= limit)
    return (await session.scalar(added.returning(col(Balance.user_id)))) is not None


async def owe_less(session: AsyncSession, user_id: str, amount: int, *, paid: bool) -> None:
    """Take from what a user owes, because it is paid or called off."""
    values: dict[str, Any] = {"owed_minor": col(Balance.owed_minor) - amount}
    if paid:
        values["paid_minor"] = col(Balance.paid_minor) + amount
    await session.execute(update(Balance).where(col(Balance.user_id) == user_id).values(**values))


async def end(
    session: AsyncSession, user_id: str, status: TransactionStatus, at: datetime, *, transaction_id: str | None = None
) -> list[Transaction]:
    """End one pending transaction of a user, or all: those that were ended, so that of two who end one, one does."""
    pending = update(Transaction).where(*_matching(user_id, TransactionStatus.PENDING))
    if transaction_id is not None:
        pending = pending.where(col(Transaction.id) == transaction_id)
    ended = pending.values(status=status.value, ended_at=at).returning(Transaction)
    rows = await session.scalars(ended.execution_options(populate_existing=True))
    return sorted(rows, key=lambda row: row.id)


async def post(session: AsyncSession, postings: Sequence[Posting]) -> None:
    """Write to the ledger."""
    session.add_all(postings)
    await session.flush()


async def account_totals(session: AsyncSession) -> Mapping[str, int]:
    """What stands on each account of the ledger, in minor units."""
    rows = await session.execute(
        select(col(Posting.account), func.sum(col(Posting.amount_minor))).group_by(col(Posting.account))
    )
    return {row[0]: int(row[1]) for row in rows}


async def unbalanced_entries(session: AsyncSession) -> int:
    """How many ledger entries do not add up to zero."""
    wrong = (
        select(col(Posting.entry_id))
        .group_by(col(Posting.entry_id))
        .having(func.sum(col(Posting.amount_minor)) != 0)
        .subquery()
    )
    return int(await session.scalar(select(func.count()).select_from(wrong)) or 0)


async def wrong_balances(session: AsyncSession) -> int:
    """How many users' balances differ from what the ledger says that they owe."""
    owed = (
        select(col(Posting.user_id), func.sum(col(Posting.amount_minor)).label("owed"))
        .where(col(Posting.account) == Account.RECEIVABLE)
        .group_by(col(Posting.user_id))
        .subquery()
    )
    compared = select(func.count()).select_from(Balance).outerjoin(owed, owed.c.user_id == col(Balance.user_id))
    wrong = compared.where(col(Balance.owed_minor) != func.coalesce(owed.c.owed, 0))
    return int(await session.scalar(wrong) or 0)


async def any_transaction(session: AsyncSession) -> bool:
    """Whether there is one at all."""
    return await session.scalar(select(col(Transaction.id)).limit(1)) is not None
