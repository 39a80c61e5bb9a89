"""The tables of the users subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """Base class of the tables; its own registry keeps their metadata apart from other subgraphs."""


class Role(StrEnum):
    """The role of a user; admins have all rights of users."""

    USER = "user"
    ADMIN = "admin"


class UserState(StrEnum):
    """Whether a user can sign in. A deleted user keeps the id, for references, but no personal data."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"


class User(Base, table=True):
    """A user account. Distribution key: id."""

    __tablename__ = "users"

    id: str = id_field(primary_key=True)
    username: str = Field(max_length=32)
    username_key: str = Field(max_length=64, unique=True)  # case-folded, for comparison
    email: str = Field(max_length=320)
    email_key: str = Field(max_length=320, unique=True)
    phone: str | None = Field(default=None, max_length=16, unique=True)
    first_name: str | None = Field(default=None, max_length=100)
    last_name: str | None = Field(default=None, max_length=100)
    password_hash: str = Field(max_length=255)
    role: str = Field(max_length=16)
    state: str = Field(max_length=16)
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()
    email_verified_at: datetime | None = moment_field(default=None)
    pending_email: str | None = Field(default=None, max_length=320)  # replaces `email` once it is verified


class Session(Base, table=True):
    """A sign-in session and its family of refresh tokens. Distribution key: user_id."""

    __tablename__ = "sessions"

    id: str = id_field(primary_key=True)
    user_id: str = id_field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: datetime = moment_field()
    used_at: datetime = moment_field()
    expires_at: datetime = moment_field()
    revoked_at: datetime | None = moment_field(default=None)
    client_ip: str | None = Field(default=None, max_length=64)
    user_agent: str | None = Field(default=None, max_length=512)


class SignInFailures(Base, table=True):
    """Failed sign-ins to an account, or to a login that does not exist, from one source. Distribution key: account."""

    __tablename__ = "sign_in_failures"

    account: str = Field(max_length=64, primary_key=True)  # the user's id, or the fingerprint of an unknown login
    source: str = Field(max_length=128, primary_key=True)
    failures: int
    failed_at: datetime = moment_field(index=True)


class RefreshToken(Base, table=True):
    """The fingerprint of a refresh token; only the client has the token itself. Distribution key: session_id."""

    __tablename__ = "refresh_tokens"

    fingerprint: str = Field(max_length=64, primary_key=True)
    session_id: str = id_field(foreign_key="sessions.id", ondelete="CASCADE", index=True)
    created_at: datetime = moment_field()
    used_at: datetime | None = moment_field(default=None)


class LinkPurpose(StrEnum):
    """The purpose of a mailed link."""

    VERIFY = "verify"
    RESET = "reset"


class MailedLink(Base, table=True):
    """The fingerprint of a mailed link's token; the row is deleted on use. Distribution key: user_id."""

    __tablename__ = "mailed_links"

    fingerprint: str = Field(max_length=64, primary_key=True)
    user_id: str = id_field(foreign_key="users.id", ondelete="CASCADE", index=True)
    purpose: str = Field(max_length=16)
    email_key: str = Field(max_length=320)  # the link becomes invalid when the address changes
    created_at: datetime = moment_field()
    expires_at: datetime = moment_field()


class AccessRevocation(Base, table=True):
    """Access tokens that are revoked: of a session or API key, or of a user (no session), issued until `revoked_at`.

    Routers read the rows that have not expired. Distribution key: id.
    """

    __tablename__ = "access_revocations"

    id: str = id_field(primary_key=True)
    user_id: str = id_field()  # no foreign key: the row outlives the user
    session_id: str | None = id_field(default=None)
    revoked_at: datetime = moment_field()
    expires_at: datetime = moment_field(index=True)  # no verifier accepts these tokens any more


class ApiKey(Base, table=True):
    """An API key of a machine client; only the fingerprint is stored. Distribution key: user_id."""

    __tablename__ = "api_keys"

    id: str = id_field(primary_key=True)
    user_id: str = id_field(foreign_key="users.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=100)
    fingerprint: str = Field(max_length=64, unique=True)
    scopes: list[str] = Field(sa_type=JSON)
    created_at: datetime = moment_field()
    expires_at: datetime | None = moment_field(default=None)
    revoked_at: datetime | None = moment_field(default=None)
    used_at: datetime | None = moment_field(default=None)
