"""The tables of the audit subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """Base class of the tables; its own registry keeps their metadata apart from other subgraphs."""


class Entry(Base, table=True):
    """Something that happened. Each entry's hash covers the one before. Distribution key: position.

    A chain has one end, so a single writer is all that there can be: nothing is won by spreading it.
    """

    __tablename__ = "audit_entries"

    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    event_id: str = id_field(unique=True)
    action: str = Field(max_length=64, index=True)
    user_id: str | None = id_field(default=None, index=True)
    resource_type: str = Field(max_length=64)
    resource_id: str = Field(max_length=64, index=True)
    client_ip: str | None = Field(default=None, max_length=64)
    user_agent: str | None = Field(default=None, max_length=512)
    happened_at: datetime = moment_field(index=True)
    details: dict[str, Any] = Field(sa_type=JSON)
    hash: str = Field(max_length=64)


class Head(Base, table=True):
    """The chain's end: one row, which writers meet at, and by which entries missing at the end are found.

    Distribution key: id.
    """

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)


class LogLevel(IntEnum):
    """How much a log entry matters."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


class LogEntry(Base, table=True):
    """What one of the platform's own programs had to say. Distribution key: id."""

    __tablename__ = "log_entries"

    id: str = id_field(primary_key=True)
    name: str = Field(max_length=100, index=True)
    level: int
    data: Any = Field(default=None, sa_type=JSON, nullable=True)
    user_id: str = id_field()
    created_at: datetime = moment_field(index=True)
