"""The tables of the analytics subgraph."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, MetaData, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Tables, id_column


class Base(Tables):
    """These tables' own register."""

    __abstract__ = True
    metadata = MetaData()


class Counter(Base):
    """A number that events move: of the whole platform. Distribution key: name."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Bucket(Base):
    """How many events of a type happened in a minute. Distribution key: minute."""

    __tablename__ = "buckets"

    minute: Mapped[datetime] = mapped_column(primary_key=True)
    event_type: Mapped[str] = mapped_column(String(64), primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger)


class SeenUser(Base):
    """A user who has done something. Distribution key: user_id."""

    __tablename__ = "seen_users"

    user_id: Mapped[str] = id_column(primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger)
