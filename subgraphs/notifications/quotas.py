"""How many mails may go to an address, and how many one user may cause."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from subgraphs.notifications import repository
from subgraphs.notifications.models import Kind, Person
from subgraphs.notifications.settings import NotificationsSettings

DAY = timedelta(days=1)
MAX_TO_UNVERIFIED = 1  # a day: the verification link


class Quotas:
    """Counts mails by day."""

    def __init__(self, settings: NotificationsSettings, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock

    async def allows(
        self, session: AsyncSession, kind: Kind, recipient: str, *, to: Person, sender: str | None
    ) -> bool:
        """Count a mail, and whether it may be sent. `sender` is the user who caused it.

        An address that its user has not verified may be a stranger's: it receives verification links only.
        """
        is_verified = to.email_verified and recipient == to.email
        if not is_verified and kind not in (Kind.VERIFICATION, Kind.EMAIL_CHANGE):
            return False
        is_own = is_verified and sender == to.user_id
        if sender is not None and not is_own and not await self._may_send(session, sender):
            return False
        limit = self._settings.mails_per_recipient_per_day if is_verified else MAX_TO_UNVERIFIED
        return await self._count(session, f"to:{kind.value}:{_fingerprint(recipient)}", limit)

    async def _may_send(self, session: AsyncSession, sender: str) -> bool:
        return await self._count(session, f"by:{sender}", self._settings.mails_per_sender_per_day)

    async def _count(self, session: AsyncSession, key: str, limit: int) -> bool:
        now = self._clock()
        return await repository.count_mail(session, key, now, now - DAY) <= limit


def _fingerprint(address: str) -> str:
    return hashlib.sha256(address.casefold().encode()).hexdigest()
