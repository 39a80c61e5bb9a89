"""The tables of the event backbone in every subgraph's database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, text

from hanse_subgraph.db import Id, UtcDateTime

metadata = MetaData()

# On SQLite only INTEGER counts up by itself.
_Position = BigInteger().with_variant(Integer, "sqlite")

outbox = Table(
    "outbox",
    metadata,
    Column("position", _Position, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("key", String(64), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("published_at", UtcDateTime, nullable=True),
    Index(
        "outbox_waiting",
        "position",
        sqlite_where=text("published_at IS NULL"),
        postgresql_where=text("published_at IS NULL"),
    ),
    sqlite_autoincrement=True,
    info={"distribution_key": "key"},  # one aggregate's events lie together, as in the log
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String(64), primary_key=True),
    Column("event_id", Id, primary_key=True),
    Column("handled_at", UtcDateTime, nullable=False),
    info={"distribution_key": "event_id"},
)


def create_event_tables(operations: Any) -> None:
    """For the first migration of a subgraph: `create_event_tables(op)`."""
    metadata.create_all(operations.get_bind())


def drop_event_tables(operations: Any) -> None:
    """The way back of `create_event_tables`."""
    metadata.drop_all(operations.get_bind())
