"""Sessions of the pages: a random token in a cookie, of which the database has the SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import col

from hanse.registry.errors import Unauthenticated
from hanse.registry.server import keys
from hanse.registry.server.keys import ApiKey
from hanse.registry.server.models import SessionRow
from hanse_subgraph.db import Database

LIFETIME = timedelta(hours=12)
MAX_SESSIONS = 50  # of an API key; the oldest end
MAX_TOKEN = 100  # characters


async def begin(database: Database, presented: str, now: datetime) -> str:
    """Begin a session with an API key, and delete those that have expired. Returns its token.

    Raises Unauthenticated.
    """
    token = secrets.token_urlsafe(32)
    async with database.reading() as session:
        key = await keys.authenticate(session, presented, now)
    async with database.writing() as session:
        await session.execute(delete(SessionRow).where(col(SessionRow.expires_at) <= now))
        newest = (
            select(col(SessionRow.fingerprint))
            .where(col(SessionRow.key_id) == key.id)
            .order_by(col(SessionRow.created_at).desc())
            .offset(MAX_SESSIONS - 1)
            .limit(MAX_SESSIONS)
        )
        too_many = list(await session.scalars(newest))
        await session.execute(delete(SessionRow).where(col(SessionRow.fingerprint).in_(too_many)))
        session.add(
            SessionRow(fingerprint=keys.fingerprint(token), key_id=key.id, created_at=now, expires_at=now + LIFETIME)
        )
        await session.flush()
    return token


async def key_of(database: Database, token: str, now: datetime) -> ApiKey:
    """The API key of a session. Raises Unauthenticated when it has ended, or the key is revoked or expired."""
    async with database.reading() as session:
        row = await session.get(SessionRow, keys.fingerprint(token)) if 0 < len(token) <= MAX_TOKEN else None
        if row is None or row.expires_at <= now:
            raise Unauthenticated("nobody is signed in: sign in with an API key")
        return await keys.usable_key(session, row.key_id, now)


async def end(database: Database, token: str) -> None:
    """End a session, if there is one."""
    async with database.writing() as session:
        await session.execute(delete(SessionRow).where(col(SessionRow.fingerprint) == keys.fingerprint(token)))


def form_token(token: str) -> str:
    """What each form of a session's pages has to send: other sites cannot know it."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(token: str, presented: str) -> bool:
    """Whether it is the one of the session."""
    return hmac.compare_digest(form_token(token).encode(), presented.encode())
