"""Mailed links: email verification and password reset.

A link works once and expires. Requesting one never reveals whether an account exists.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.events.outbox import emit
from subgraphs.users import repository
from subgraphs.users.errors import InvalidLink
from subgraphs.users.events import EmailVerificationRequested, EmailVerified, PasswordResetRequested
from subgraphs.users.models import LinkPurpose, MailedLink, User, UserState
from subgraphs.users.service.tokens import fingerprint, new_secret
from subgraphs.users.settings import UsersSettings

MAX_LINKS_PER_HOUR = 5  # per user and purpose, so that nobody's mailbox can be flooded


class Recovery:
    """Sends and redeems mailed links."""

    def __init__(self, settings: UsersSettings, *, clock: Clock = utc_now) -> None:
        self._reset_lifetime = timedelta(minutes=settings.reset_link_minutes)
        self._verify_lifetime = timedelta(hours=settings.verify_link_hours)
        self._clock = clock

    async def send_verification(self, session: AsyncSession, user: User) -> bool:
        """Send a verification link. Returns False if the address is verified or the hourly limit is reached."""
        if user.email_verified_at is not None:
            return False
        link = await self._create_link(session, user, LinkPurpose.VERIFY, self._verify_lifetime)
        if link is None:
            return False
        token, row = link
        expires = row.expires_at
        await emit(session, EmailVerificationRequested(id=user.id, email=user.email, token=token, expires_at=expires))
        return True

    async def verify_email(self, session: AsyncSession, token: str) -> User:
        """Verify the address that the link was mailed to. Raises InvalidLink."""
        user = await self._redeem(session, token, LinkPurpose.VERIFY)
        user.email_verified_at = self._clock()
        await session.flush()
        await emit(session, EmailVerified(id=user.id, email=user.email))
        return user

    async def send_reset(self, session: AsyncSession, email: str) -> None:
        """Send a password reset link if an active account has this address."""
        user = await repository.user_by_email(session, email)
        if user is None or user.state != UserState.ACTIVE:
            return
        link = await self._create_link(session, user, LinkPurpose.RESET, self._reset_lifetime)
        if link is not None:
            token, row = link
            expires = row.expires_at
            await emit(session, PasswordResetRequested(id=user.id, email=user.email, token=token, expires_at=expires))

    async def find_reset_user(self, session: AsyncSession, token: str) -> User:
        """The user of a reset link, which is not consumed. Raises InvalidLink."""
        found = await repository.link(session, fingerprint(token), LinkPurpose.RESET)
        return await self._valid_user(session, found)

    async def redeem_reset(self, session: AsyncSession, token: str) -> User:
        """Consume a reset link; returns its user. Raises InvalidLink."""
        return await self._redeem(session, token, LinkPurpose.RESET)

    async def _create_link(
        self, session: AsyncSession, user: User, purpose: LinkPurpose, lifetime: timedelta
    ) -> tuple[str, MailedLink] | None:
        now = self._clock()
        recent = await repository.links_since(session, user.id, purpose, now - timedelta(hours=1))
        if recent >= MAX_LINKS_PER_HOUR:
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

    async def _redeem(self, session: AsyncSession, token: str, purpose: LinkPurpose) -> User:
        return await self._valid_user(session, await repository.take_link(session, fingerprint(token), purpose))

    async def _valid_user(self, session: AsyncSession, link: MailedLink | None) -> User:
        user = await repository.user_by_id(session, link.user_id) if link is not None else None
        if link is None or user is None or link.expires_at <= self._clock():
            raise InvalidLink
        if user.state != UserState.ACTIVE or user.email_key != link.email_key:
            raise InvalidLink
        return user
