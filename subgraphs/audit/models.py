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
    """An entry of the audit trail. Its hash covers the previous entry's hash. Distribution key: position.

    A chain has a single writer, so distributing it would gain nothing. `personal` are the details about the person
    `person_id`. Digests cover them and the client; when they are erased, their salts are erased too. Entries of
    version 1 have no digests, and all their details in `details`.
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
    version: int = Field(sa_column_kwargs={"server_default": "1"})
    person_id: str | None = id_field(default=None, index=True)
    personal: dict[str, Any] | None = Field(default=None, sa_type=JSON, nullable=True)
    personal_salt: str | None = Field(default=None, max_length=32)
    personal_digest: str | None = Field(default=None, max_length=64)
    client_salt: str | None = Field(default=None, max_length=32)
    client_digest: str | None = Field(default=None, max_length=64)
    erased_at: datetime | None = moment_field(default=None)


class Head(Base, table=True):
    """The end of the chain: a single row that writers lock. It reveals entries that were removed from the end.

    Distribution key: id.
    """

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)


class LogLevel(IntEnum):
    """The level of a log entry."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


class LogEntry(Base, table=True):
    """A log entry written by a program of the platform. Distribution key: id."""

    __tablename__ = "log_entries"

    id: str = id_field(primary_key=True)
    name: str = Field(max_length=100, index=True)
    level: int
    data: Any = Field(default=None, sa_type=JSON, nullable=True)
    user_id: str = id_field()
    created_at: datetime = moment_field(index=True)
