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
    """What has become of a transaction: owed still, paid, or called off."""

    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"


class Transaction(Base, table=True):
    """Something that a user owes or has paid. Distribution key: user_id."""

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
    """What a user owes now: the one row that all who race for the limit meet at. Distribution key: user_id."""

    __tablename__ = "balances"

    user_id: str = id_field(primary_key=True)
    owed_minor: int = Field(sa_type=BigInteger)
    paid_minor: int = Field(sa_type=BigInteger)


class Account(StrEnum):
    """The ledger's accounts. RECEIVABLE is kept by user."""

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    CASH = "cash"


class Posting(Base, table=True):
    """One half of a ledger entry: debit above zero, credit below. Distribution key: user_id."""

    __tablename__ = "postings"

    id: str = id_field(primary_key=True)
    entry_id: str = id_field(index=True)
    transaction_id: str = id_field(foreign_key="transactions.id", index=True)
    user_id: str = id_field(index=True)
    account: str = Field(max_length=16)
    amount_minor: int = Field(sa_type=BigInteger)
    created_at: datetime = moment_field()
