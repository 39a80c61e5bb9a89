"""Revocation of access tokens before they expire.

Access tokens are verified without a look at the database. So revocations are published, in the transaction that makes
them: as the event `user.access_revoked`, and in a list that routers poll. Whoever accepts access tokens refuses those
that are named there until they have expired.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import new_id
from hanse_wire.json_codec import encode_json
from subgraphs.users import repository
from subgraphs.users.events import AccessRevoked
from subgraphs.users.models import AccessRevocation
from subgraphs.users.settings import UsersSettings

CLOCK_TOLERANCE = timedelta(minutes=5)  # verifiers accept a token for so long after it has expired, at most
MAX_SESSIONS = 50  # of one user in the list; with more, all of the user's tokens are revoked


class Revocations:
    """Publishes which access tokens are revoked."""

    def __init__(self, settings: UsersSettings, *, clock: Clock = utc_now) -> None:
        self._lifetime = timedelta(seconds=settings.access_token_seconds)
        self._clock = clock

    @property
    def oldest_issue(self) -> datetime:
        """The earliest time of issue of an access token that has not expired."""
        return self._clock() - self._lifetime

    async def revoke_all(self, session: AsyncSession, user_id: str) -> None:
        """Revoke every access token of a user that was issued before now."""
        await self._publish(session, user_id, [None])

    async def revoke_sessions(self, session: AsyncSession, user_id: str, session_ids: Iterable[str]) -> None:
        """Revoke the access tokens of these sessions of a user. An API key's id counts as a session's."""
        await self._publish(session, user_id, session_ids)

    async def document(self, database: Database) -> bytes:
        """The list of revocations in force, as JSON. Times are in seconds since the epoch."""
        async with database.reading() as session:
            found = await repository.access_revocations(session, self._clock())
        return encode_json({"revoked": [_listed(one) for one in _bounded(found)]})

    async def _publish(self, session: AsyncSession, user_id: str, session_ids: Iterable[str | None]) -> None:
        now = self._clock()
        expires = now + self._lifetime
        for session_id in session_ids:
            session.add(
                AccessRevocation(
                    id=new_id(),
                    user_id=user_id,
                    session_id=session_id,
                    revoked_at=now,
                    expires_at=expires + CLOCK_TOLERANCE,
                )
            )
            await emit(session, AccessRevoked(id=user_id, session_id=session_id, revoked_at=now, expires_at=expires))
        await repository.delete_expired_revocations(session, now)
        await session.flush()


def _bounded(found: Sequence[AccessRevocation]) -> list[AccessRevocation]:
    """The revocations, where those of a user with very many sessions are one of the user."""
    by_user: dict[str, list[AccessRevocation]] = defaultdict(list)
    for one in found:
        by_user[one.user_id].append(one)
    kept: list[AccessRevocation] = []
    for mine in by_user.values():
        kept += mine if len(mine) <= MAX_SESSIONS else [_of_user(mine[-1])]
    return kept


def _of_user(last: AccessRevocation) -> AccessRevocation:
    return AccessRevocation(
        id=last.id, user_id=last.user_id, session_id=None, revoked_at=last.revoked_at, expires_at=last.expires_at
    )


def _listed(one: AccessRevocation) -> dict[str, object]:
    session = {"sid": one.session_id} if one.session_id is not None else {}
    times = {"revokedAt": one.revoked_at.timestamp(), "expiresAt": one.expires_at.timestamp()}
    return {"sub": one.user_id, **session, **times}
