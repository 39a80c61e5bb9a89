"""The tables of the analytics subgraph."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """These tables' own register."""


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
