"""The tables of the users subgraph."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, MetaData, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Tables, id_column


class Base(Tables):
    """These tables' own register."""

    __abstract__ = True
    metadata = MetaData()


class Role(StrEnum):
    """What a user is; an admin is a user too."""

    USER = "user"
    ADMIN = "admin"


class UserState(StrEnum):
    """Whether a user may sign in. Of a deleted user nothing personal is left; the id stays, for what refers to it."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"


class User(Base):
    """A person. Distribution key: id."""

    __tablename__ = "users"

    id: Mapped[str] = id_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(32))
    username_key: Mapped[str] = mapped_column(String(64), unique=True)  # as compared: without regard to case
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    phone: Mapped[str | None] = mapped_column(String(16), unique=True)
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    email_verified_at: Mapped[datetime | None]


class Session(Base):
    """A sign-in and the family of refresh tokens that came of it. Distribution key: user_id."""

    __tablename__ = "sessions"

    id: Mapped[str] = id_column(primary_key=True)
    user_id: Mapped[str] = id_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    client_ip: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(512))


class RefreshToken(Base):
    """A refresh token's fingerprint; the token itself is known only to the client. Distribution key: session_id."""

    __tablename__ = "refresh_tokens"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str] = id_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LinkPurpose(StrEnum):
    """What a mailed link is good for."""

    VERIFY = "verify"
    RESET = "reset"


class MailedLink(Base):
    """A link's fingerprint; it is deleted when used. Distribution key: user_id."""

    __tablename__ = "mailed_links"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = id_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    email_key: Mapped[str] = mapped_column(String(320))  # it is void when the address has changed since
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiKey(Base):
    """A machine client's key, of which only the fingerprint is kept. Distribution key: user_id."""

    __tablename__ = "api_keys"

    id: Mapped[str] = id_column(primary_key=True)
    user_id: Mapped[str] = id_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
