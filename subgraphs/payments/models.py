"""The tables of the payments subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """Base class of the tables; its own registry keeps their metadata apart from other subgraphs."""


class TransactionStatus(StrEnum):
    """The status of a transaction."""

    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"


class Transaction(Base, table=True):
    """An amount that a user owes or has paid. Distribution key: user_id."""

    __tablename__ = "transactions"
    __table_args__ = (UniqueConstraint("user_id", "idempotency_key"),)

    id: str = id_field(primary_key=True)
    user_id: str = id_field(index=True)
    product_id: str | None = id_field(default=None)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    description: str = Field(max_length=500)
    status: str = Field(max_length=16)
    idempotency_key: str | None = Field(default=None, max_length=100)
    created_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(default=None)


class Balance(Base, table=True):
    """A user's account balance: the row on which concurrent transactions check the limit. Distribution key: user_id."""

    __tablename__ = "balances"

    user_id: str = id_field(primary_key=True)
    owed_minor: int = Field(sa_type=BigInteger)
    paid_minor: int = Field(sa_type=BigInteger)


class Account(StrEnum):
    """An account of the ledger. RECEIVABLE is kept per user."""

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    CASH = "cash"


class Posting(Base, table=True):
    """One half of a ledger entry: debits are positive, credits negative. Distribution key: user_id."""

    __tablename__ = "postings"

    id: str = id_field(primary_key=True)
    entry_id: str = id_field(index=True)
    transaction_id: str = id_field(foreign_key="transactions.id", index=True)
    user_id: str = id_field(index=True)
    account: str = Field(max_length=16)
    amount_minor: int = Field(sa_type=BigInteger)
    created_at: datetime = moment_field()
