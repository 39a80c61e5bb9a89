"""The tables of the users subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from hanse_subgraph.db import id_field, moment_field


class Base(SQLModel, registry=registry()):
    """These tables' own register."""


class Role(StrEnum):
    """What a user is; an admin is a user too."""

    USER = "user"
    ADMIN = "admin"


class UserState(StrEnum):
    """Whether a user may sign in. Of a deleted user nothing personal is left; the id stays, for what refers to it."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"


class User(Base, table=True):
    """A person. Distribution key: id."""

    __tablename__ = "users"

    id: str = id_field(primary_key=True)
    username: str = Field(max_length=32)
    username_key: str = Field(max_length=64, unique=True)  # as compared: without regard to case
    email: str = Field(max_length=320)
    email_key: str = Field(max_length=320, unique=True)
    phone: str | None = Field(default=None, max_length=16, unique=True)
    first_name: str | None = Field(default=None, max_length=100)
    last_name: str | None = Field(default=None, max_length=100)
    password_hash: str = Field(max_length=255)
    role: str = Field(max_length=16)
    state: str = Field(max_length=16)
    failures: int = Field(default=0)
    locked_until: datetime | None = moment_field(default=None)
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()
    email_verified_at: datetime | None = moment_field(default=None)


class Session(Base, table=True):
    """A sign-in and the family of refresh tokens that came of it. Distribution key: user_id."""

    __tablename__ = "sessions"

    id: str = id_field(primary_key=True)
    user_id: str = id_field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: datetime = moment_field()
    used_at: datetime = moment_field()
    expires_at: datetime = moment_field()
    revoked_at: datetime | None = moment_field(default=None)
    client_ip: str | None = Field(default=None, max_length=64)
    user_agent: str | None = Field(default=None, max_length=512)


class RefreshToken(Base, table=True):
    """A refresh token's fingerprint; the token itself is known only to the client. Distribution key: session_id."""

    __tablename__ = "refresh_tokens"

    fingerprint: str = Field(max_length=64, primary_key=True)
    session_id: str = id_field(foreign_key="sessions.id", ondelete="CASCADE", index=True)
    created_at: datetime = moment_field()
    used_at: datetime | None = moment_field(default=None)


class LinkPurpose(StrEnum):
    """What a mailed link is good for."""

    VERIFY = "verify"
    RESET = "reset"


class MailedLink(Base, table=True):
    """A link's fingerprint; it is deleted when used. Distribution key: user_id."""

    __tablename__ = "mailed_links"

    fingerprint: str = Field(max_length=64, primary_key=True)
    user_id: str = id_field(foreign_key="users.id", ondelete="CASCADE", index=True)
    purpose: str = Field(max_length=16)
    email_key: str = Field(max_length=320)  # it is void when the address has changed since
    created_at: datetime = moment_field()
    expires_at: datetime = moment_field()


class ApiKey(Base, table=True):
    """A machine client's key, of which only the fingerprint is kept. Distribution key: user_id."""

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
