"""The tables of the analytics subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """Base class of the tables; its own registry keeps their metadata apart from other subgraphs."""


class Counter(Base, table=True):
    """A counter of the whole platform, changed by events. Distribution key: name."""

    __tablename__ = "counters"

    name: str = Field(max_length=64, primary_key=True)
    value: int = Field(sa_type=BigInteger)


class Bucket(Base, table=True):
    """The number of events of one type in one minute. Distribution key: minute."""

    __tablename__ = "buckets"

    minute: datetime = moment_field(primary_key=True)
    event_type: str = Field(max_length=64, primary_key=True)
    events: int = Field(sa_type=BigInteger)


class SeenUser(Base, table=True):
    """A user who caused at least one event. Distribution key: user_id."""

    __tablename__ = "seen_users"

    user_id: str = id_field(primary_key=True)
    events: int = Field(sa_type=BigInteger)


class TotalKind(StrEnum):
    """The subject of a total: purchases of a product, or payments of a user."""

    PRODUCT = "product"
    USER = "user"


class Total(Base, table=True):
    """The number and amount of the transactions of one product or user. Distribution key: id."""

    __tablename__ = "totals"

    kind: str = Field(max_length=16, primary_key=True)
    id: str = id_field(primary_key=True)
    transactions: int = Field(sa_type=BigInteger)
    amount_minor: int = Field(sa_type=BigInteger)


class Activity(Base, table=True):
    """A recent event, in the order of processing. Distribution key: id."""

    __tablename__ = "activity"

    id: str = id_field(primary_key=True)
    event_type: str = Field(max_length=64)
    subject: str = Field(max_length=64)
    actor_id: str | None = id_field(default=None)
    data: dict[str, Any] = Field(sa_type=JSON)
    happened_at: datetime = moment_field()
    person_id: str | None = id_field(default=None)  # whose personal data the event holds
