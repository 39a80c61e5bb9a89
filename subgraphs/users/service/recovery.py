"""Mailed links: email verification and password reset.

A link works once and expires. Requesting one never reveals whether an account exists.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.events.outbox import emit
from subgraphs.users import repository
from subgraphs.users.errors import InvalidLink, Taken
from subgraphs.users.events import EmailVerificationRequested, EmailVerified, PasswordResetRequested, UserUpdated
from subgraphs.users.models import LinkPurpose, MailedLink, User, UserState
from subgraphs.users.service.tokens import fingerprint, new_secret
from subgraphs.users.settings import UsersSettings

MAX_LINKS_PER_HOUR = 5  # per user and purpose, so that nobody's mailbox can be flooded


class Recovery:
    """Sends and redeems mailed links."""

    def __init__(self, settings: UsersSettings, *, clock: Clock = utc_now) -> None:
        self._lifetimes = {
            LinkPurpose.RESET: timedelta(minutes=settings.reset_link_minutes),
            LinkPurpose.VERIFY: timedelta(hours=settings.verify_link_hours),
        }
        self._resend_after = timedelta(minutes=settings.verify_resend_minutes)
        self._clock = clock

    async def send_verification(self, session: AsyncSession, user: User) -> bool:
        """Send a verification link to the address that is not verified yet, the new one if there is one.

        Returns False if there is none, or if one was sent to it lately.
        """
        email = user.pending_email or (user.email if user.email_verified_at is None else None)
        if email is None:
            return False
        email_key, since = repository.comparison_key(email), self._clock() - self._resend_after
        if await repository.links_since(session, user.id, LinkPurpose.VERIFY, since, email_key=email_key):
            return False
        link = await self._create_link(session, user, LinkPurpose.VERIFY, email_key)
        if link is None:
            return False
        token, row = link
        expires = row.expires_at
        await emit(session, EmailVerificationRequested(id=user.id, email=email, token=token, expires_at=expires))
        return True

    async def verify_email(self, session: AsyncSession, token: str) -> User:
        """Verify the address that the link was mailed to; a new address replaces the old one.

        Raises InvalidLink, and Taken if another user has the new address by now.
        """
        link = await repository.take_link(session, fingerprint(token), LinkPurpose.VERIFY)
        user = await self._active_user(session, link)
        if link is None or link.email_key not in (user.email_key, _pending_key(user)):
            raise InvalidLink
        if link.email_key == _pending_key(user):
            await self._change_email(session, user)
        user.email_verified_at = self._clock()
        await session.flush()
        await emit(session, EmailVerified(id=user.id, email=user.email))
        return user

    async def send_reset(self, session: AsyncSession, email: str) -> None:
        """Send a password reset link if an active account has this address, and it is verified."""
        user = await repository.user_by_email(session, email)
        if user is None or user.state != UserState.ACTIVE or user.email_verified_at is None:
            return
        link = await self._create_link(session, user, LinkPurpose.RESET, user.email_key)
        if link is not None:
            token, row = link
            expires = row.expires_at
            await emit(session, PasswordResetRequested(id=user.id, email=user.email, token=token, expires_at=expires))

    async def find_reset_user(self, session: AsyncSession, token: str) -> User:
        """The user of a reset link, which is not consumed. Raises InvalidLink."""
        found = await repository.link(session, fingerprint(token), LinkPurpose.RESET)
        return await self._reset_user(session, found)

    async def redeem_reset(self, session: AsyncSession, token: str) -> User:
        """Consume a reset link; returns its user. Raises InvalidLink."""
        return await self._reset_user(
            session, await repository.take_link(session, fingerprint(token), LinkPurpose.RESET)
        )

    async def _create_link(
        self, session: AsyncSession, user: User, purpose: LinkPurpose, email_key: str
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
            email_key=email_key,
            created_at=now,
            expires_at=now + self._lifetimes[purpose],
        )
        session.add(row)
        await session.flush()
        return token, row

    async def _change_email(self, session: AsyncSession, user: User) -> None:
        email = user.pending_email or ""
        names = await repository.taken(session, email=email, username=user.username, phone=None, except_id=user.id)
        if names:
            raise Taken(*names)
        user.email, user.email_key, user.pending_email = email, repository.comparison_key(email), None
        user.updated_at = self._clock()
        try:
            await session.flush()
        except IntegrityError as error:  # a concurrent request inserted it after the check
            raise Taken("email") from error
        await repository.delete_links(session, user.id, LinkPurpose.RESET)
        await emit(session, updated(user, ["email"]))

    async def _reset_user(self, session: AsyncSession, link: MailedLink | None) -> User:
        user = await self._active_user(session, link)
        if link is None or user.email_key != link.email_key or user.email_verified_at is None:
            raise InvalidLink
        return user

    async def _active_user(self, session: AsyncSession, link: MailedLink | None) -> User:
        user = await repository.user_by_id(session, link.user_id) if link is not None else None
        if link is None or user is None or link.expires_at <= self._clock() or user.state != UserState.ACTIVE:
            raise InvalidLink
        return user


def updated(user: User, changed: list[str]) -> UserUpdated:
    """The event of a change of these fields of a profile."""
    return UserUpdated(
        id=user.id, changed=changed, username=user.username, email=user.email, first_name=user.first_name
    )


def _pending_key(user: User) -> str | None:
    return repository.comparison_key(user.pending_email) if user.pending_email is not None else None
