"""The tables of the registry server.

Schemas are stored once, by the SHA-256 of their text. The key of a version is unique in its line: of two concurrent
publishes with the same base, the second insert fails. `branch` is empty for the line of a variant.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field
from hanse_wire.usage_report import MAX_CLIENT_CHARACTERS, MAX_NAME_CHARACTERS

NAME = 63  # characters of names
WHO = 200
HASH = 64


class Base(SQLModel, registry=registry()):
    """Base class of the tables."""


class GraphRow(Base, table=True):
    """A graph."""

    __tablename__ = "registry_graphs"

    name: str = Field(max_length=NAME, primary_key=True)
    created_at: datetime = moment_field()


class SchemaRow(Base, table=True):
    """The text of a schema. It is deleted when no version has it any more."""

    __tablename__ = "registry_schemas"

    hash: str = Field(max_length=HASH, primary_key=True)
    text: str = Field(sa_type=Text)


class VersionRow(Base, table=True):
    """A version of a line. `changed` and `replaced` are lists of subgraph names."""

    __tablename__ = "registry_versions"
    __table_args__ = (UniqueConstraint("graph", "variant", "branch", "number"),)

    id: str = id_field(primary_key=True)
    graph: str = Field(max_length=NAME)
    variant: str = Field(max_length=NAME)
    branch: str = Field(max_length=NAME)
    number: int
    who: str = Field(max_length=WHO)
    created_at: datetime = moment_field()
    action: str = Field(max_length=20)
    detail: str = Field(max_length=200)
    commit: str | None = Field(default=None, max_length=100)
    base_version: int | None = None
    breaking: int
    dangerous: int
    safe: int
    changed: list[str] = Field(sa_type=JSON)
    replaced: list[str] = Field(sa_type=JSON)
    supergraph: str = Field(max_length=HASH, index=True)
    api: str = Field(max_length=HASH, index=True)


class VersionSubgraphRow(Base, table=True):
    """A subgraph of a version."""

    __tablename__ = "registry_version_subgraphs"
    __table_args__ = (ForeignKeyConstraint(["version"], ["registry_versions.id"], ondelete="CASCADE"),)

    version: str = id_field(primary_key=True)
    name: str = Field(max_length=NAME, primary_key=True)
    url: str = Field(max_length=2000)
    sdl: str = Field(max_length=HASH, index=True)


class BranchRow(Base, table=True):
    """A feature branch. `based_on` is the version of its variant that it was last composed with, or failed to."""

    __tablename__ = "registry_branches"

    graph: str = Field(max_length=NAME, primary_key=True)
    variant: str = Field(max_length=NAME, primary_key=True)
    name: str = Field(max_length=NAME, primary_key=True)
    who: str = Field(max_length=WHO)
    created_at: datetime = moment_field()
    based_on: int


class OwnersRow(Base, table=True):
    """The owners of a graph's schema: the text of a file like CODEOWNERS."""

    __tablename__ = "registry_owners"

    graph: str = Field(max_length=NAME, primary_key=True)
    text: str = Field(sa_type=Text)


class CheckRow(Base, table=True):
    """A check."""

    __tablename__ = "registry_checks"

    graph: str = Field(max_length=NAME, primary_key=True)
    id: str = Field(max_length=NAME, primary_key=True)
    variant: str = Field(max_length=NAME, index=True)
    subgraph: str = Field(max_length=200)
    outcome: str = Field(max_length=20)
    who: str = Field(max_length=WHO)
    created_at: datetime = moment_field(index=True)
    commit: str | None = Field(default=None, max_length=100)
    base_version: int
    report: dict[str, Any] = Field(sa_type=JSON)


class ApprovalRow(Base, table=True):
    """An approval of a check."""

    __tablename__ = "registry_approvals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["graph", "check_id"], ["registry_checks.graph", "registry_checks.id"], ondelete="CASCADE"
        ),
    )

    id: str = id_field(primary_key=True)
    graph: str = Field(max_length=NAME)
    check_id: str = Field(max_length=NAME, index=True)
    who: str = Field(max_length=WHO)
    created_at: datetime = moment_field()
    reason: str = Field(max_length=2000)


class OperationRow(Base, table=True):
    """An operation that clients sent: its signature has no literals."""

    __tablename__ = "registry_operations"

    graph: str = Field(max_length=NAME, primary_key=True)
    variant: str = Field(max_length=NAME, primary_key=True)
    hash: str = Field(max_length=HASH, primary_key=True)
    signature: str = Field(sa_type=Text)
    name: str | None = Field(default=None, max_length=MAX_NAME_CHARACTERS)
    kind: str = Field(max_length=20)
    first_seen: datetime = moment_field()
    last_seen: datetime = moment_field(index=True)


class UsageRow(Base, table=True):
    """The use of an operation by one version of a client on one day (UTC)."""

    __tablename__ = "registry_usage"

    graph: str = Field(max_length=NAME, primary_key=True)
    variant: str = Field(max_length=NAME, primary_key=True)
    hash: str = Field(max_length=HASH, primary_key=True)
    client: str = Field(max_length=MAX_CLIENT_CHARACTERS, primary_key=True)
    client_version: str = Field(max_length=MAX_CLIENT_CHARACTERS, primary_key=True)
    day: date = Field(primary_key=True, index=True)
    count: int = Field(sa_type=BigInteger)
    errors: int = Field(sa_type=BigInteger)
    last_seen: datetime = moment_field()


class ReportRow(Base, table=True):
    """A usage report that was counted: one that is sent again is not."""

    __tablename__ = "registry_reports"

    graph: str = Field(max_length=NAME, primary_key=True)
    variant: str = Field(max_length=NAME, primary_key=True)
    id: str = Field(max_length=64, primary_key=True)
    created_at: datetime = moment_field(index=True)


class KeyRow(Base, table=True):
    """An API key: `fingerprint` is the SHA-256 of its secret. Empty lists of graphs and subgraphs mean all."""

    __tablename__ = "registry_keys"

    id: str = Field(max_length=16, primary_key=True)
    name: str = Field(max_length=NAME, unique=True)
    fingerprint: str = Field(max_length=HASH)
    scopes: list[str] = Field(sa_type=JSON)
    graphs: list[str] = Field(sa_type=JSON)
    subgraphs: list[str] = Field(sa_type=JSON)
    created_at: datetime = moment_field()
    expires_at: datetime | None = moment_field(default=None)
    revoked_at: datetime | None = moment_field(default=None)


class SessionRow(Base, table=True):
    """A user who is signed in to the pages with an API key: `fingerprint` is the SHA-256 of the session's token."""

    __tablename__ = "registry_sessions"

    fingerprint: str = Field(max_length=HASH, primary_key=True)
    key_id: str = Field(max_length=16, index=True)
    created_at: datetime = moment_field()
    expires_at: datetime = moment_field(index=True)


class AuditRow(Base, table=True):
    """Who did what. `graph` is empty for what concerns all graphs, such as keys."""

    __tablename__ = "registry_audit"

    id: str = id_field(primary_key=True)
    graph: str = Field(max_length=NAME, index=True)
    who: str = Field(max_length=WHO)
    created_at: datetime = moment_field(index=True)
    action: str = Field(max_length=40)
    subject: str = Field(max_length=200)
    detail: str = Field(max_length=2000)
