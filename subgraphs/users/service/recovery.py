"""Mailed links: showing that an address is one's own, and a new password for one that is forgotten.

A link is good once and not for long. Asking for one never tells whether there is such an account.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.events.outbox import emit
from subgraphs.users import repository
from subgraphs.users.errors import LinkVoid
from subgraphs.users.events import EmailVerificationRequested, EmailVerified, PasswordResetRequested
from subgraphs.users.models import LinkPurpose, MailedLink, User, UserState
from subgraphs.users.service.tokens import fingerprint, new_secret
from subgraphs.users.settings import UsersSettings

MOST_LINKS_AN_HOUR = 5  # for one user and purpose: nobody's mailbox is to be flooded


class Recovery:
    """What can be done with mailed links."""

    def __init__(self, settings: UsersSettings, *, clock: Clock = utc_now) -> None:
        self._reset_lifetime = timedelta(minutes=settings.reset_link_minutes)
        self._verify_lifetime = timedelta(hours=settings.verify_link_hours)
        self._clock = clock

    async def send_verification(self, session: AsyncSession, user: User) -> bool:
        """Have a link mailed that verifies the user's address; False: it is verified, or was mailed too often."""
        if user.email_verified_at is not None:
            return False
        link = await self._link(session, user, LinkPurpose.VERIFY, self._verify_lifetime)
        if link is None:
            return False
        token, row = link
        expires = row.expires_at
        await emit(session, EmailVerificationRequested(id=user.id, email=user.email, token=token, expires_at=expires))
        return True

    async def verify_email(self, session: AsyncSession, token: str) -> User:
        """Verify the address that a link was mailed to. Raises LinkVoid."""
        user = await self._use(session, token, LinkPurpose.VERIFY)
        user.email_verified_at = self._clock()
        await session.flush()
        await emit(session, EmailVerified(id=user.id, email=user.email))
        return user

    async def send_reset(self, session: AsyncSession, email: str) -> None:
        """Have a link mailed for a new password, where there is such an account."""
        user = await repository.user_by_email(session, email)
        if user is None or user.state != UserState.ACTIVE:
            return
        link = await self._link(session, user, LinkPurpose.RESET, self._reset_lifetime)
        if link is not None:
            token, row = link
            expires = row.expires_at
            await emit(session, PasswordResetRequested(id=user.id, email=user.email, token=token, expires_at=expires))

    async def user_of_reset(self, session: AsyncSession, token: str) -> User:
        """Whose password a link is for, without using it up. Raises LinkVoid."""
        found = await repository.link(session, fingerprint(token), LinkPurpose.RESET)
        return await self._valid(session, found)

    async def use_reset(self, session: AsyncSession, token: str) -> User:
        """Whose password a link is for; it is used up. Raises LinkVoid."""
        return await self._use(session, token, LinkPurpose.RESET)

    async def _link(
        self, session: AsyncSession, user: User, purpose: LinkPurpose, lifetime: timedelta
    ) -> tuple[str, MailedLink] | None:
        now = self._clock()
        recent = await repository.links_since(session, user.id, purpose, now - timedelta(hours=1))
        if recent >= MOST_LINKS_AN_HOUR:
            return None
        token = new_secret()
        row = MailedLink(
            fingerprint=fingerprint(token),
            user_id=user.id,
            purpose=purpose.value,
            email_key=user.email_key,
            created_at=now,
            expires_at=now + lifetime,
        )
        session.add(row)
        await session.flush()
        return token, row

    async def _use(self, session: AsyncSession, token: str, purpose: LinkPurpose) -> User:
        return await self._valid(session, await repository.take_link(session, fingerprint(token), purpose))

    async def _valid(self, session: AsyncSession, link: MailedLink | None) -> User:
        user = await repository.user_by_id(session, link.user_id) if link is not None else None
        if link is None or user is None or link.expires_at <= self._clock():
            raise LinkVoid
        if user.state != UserState.ACTIVE or user.email_key != link.email_key:
            raise LinkVoid
        return user
