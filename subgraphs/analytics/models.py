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
    """A number that events move: of the whole platform. Distribution key: name."""

    __tablename__ = "counters"

    name: str = Field(max_length=64, primary_key=True)
    value: int = Field(sa_type=BigInteger)


class Bucket(Base, table=True):
    """How many events of a type happened in a minute. Distribution key: minute."""

    __tablename__ = "buckets"

    minute: datetime = moment_field(primary_key=True)
    event_type: str = Field(max_length=64, primary_key=True)
    events: int = Field(sa_type=BigInteger)


class SeenUser(Base, table=True):
    """A user who has done something. Distribution key: user_id."""

    __tablename__ = "seen_users"

    user_id: str = id_field(primary_key=True)
    events: int = Field(sa_type=BigInteger)


class TotalKind(StrEnum):
    """What a total is of: what a product was bought for, or what a user has paid."""

    PRODUCT = "product"
    USER = "user"


class Total(Base, table=True):
    """What transactions come to, for one product or one user. Distribution key: id."""

    __tablename__ = "totals"

    kind: str = Field(max_length=16, primary_key=True)
    id: str = id_field(primary_key=True)
    transactions: int = Field(sa_type=BigInteger)
    amount_minor: int = Field(sa_type=BigInteger)


class Activity(Base, table=True):
    """Something that happened lately, in the order that it was counted. Distribution key: id."""

    __tablename__ = "activity"

    id: str = id_field(primary_key=True)
    event_type: str = Field(max_length=64)
    subject: str = Field(max_length=64)
    actor_id: str | None = id_field(default=None)
    data: dict[str, Any] = Field(sa_type=JSON)
    happened_at: datetime = moment_field()
