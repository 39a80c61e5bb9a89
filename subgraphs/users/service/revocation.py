"""Revocation of access tokens before they expire.

Access tokens are verified without a look at the database, so whoever accepts them consumes `user.access_revoked` and
refuses the tokens that it names until they have expired.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.events.outbox import emit
from subgraphs.users.events import AccessRevoked
from subgraphs.users.settings import UsersSettings


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
        await emit(session, self._event(user_id, None))

    async def revoke_sessions(self, session: AsyncSession, user_id: str, session_ids: Iterable[str]) -> None:
        """Revoke the access tokens of these sessions of a user. An API key's id counts as a session's."""
        await emit(session, *(self._event(user_id, session_id) for session_id in session_ids))

    def _event(self, user_id: str, session_id: str | None) -> AccessRevoked:
        now = self._clock()
        return AccessRevoked(id=user_id, session_id=session_id, revoked_at=now, expires_at=now + self._lifetime)
