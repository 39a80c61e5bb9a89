"""Signing in and out: access tokens, and sessions whose refresh tokens rotate.

Each refresh token works once and is replaced by a new one. A token that is used twice may have been stolen, so its
session is revoked (OAuth 2.0 Security Best Current Practice, RFC 9700, section 4.14.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Client
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.errors import ClientError
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import new_id
from subgraphs.users import repository
from subgraphs.users.errors import SessionEnded, TokenReused, WrongCredentials
from subgraphs.users.events import SignInFailed, UserSignedIn, UserSignedOut
from subgraphs.users.models import RefreshToken, Session, User, UserState
from subgraphs.users.passwords import Passwords
from subgraphs.users.service.revocation import Revocations
from subgraphs.users.service.throttle import Guess, Throttle, source_of
from subgraphs.users.service.tokens import AccessTokens, fingerprint, new_secret
from subgraphs.users.settings import UsersSettings

MAX_LOGIN = 320  # characters of an email address; longer logins are unknown


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The tokens of a signed-in user. `expires_in` is the lifetime of the access token in seconds."""

    user: User
    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in attempt whose password was verified against `password_hash`."""

    guess: Guess
    user_id: str | None
    password_hash: str | None
    is_correct: bool
    new_hash: str | None = None  # if the stored hash is outdated


class SignIn:
    """Creates, refreshes and ends sessions.

    Failures that write events or counters are returned, not raised, so that the transaction commits.
    """

    def __init__(
        self,
        settings: UsersSettings,
        tokens: AccessTokens,
        passwords: Passwords,
        revocations: Revocations,
        throttle: Throttle,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._passwords = passwords
        self._revocations = revocations
        self._throttle = throttle
        self._clock = clock

    async def attempt(self, database: Database, login: str, password: str, client: Client) -> Attempt:
        """Verify a password, later after failures. This is slow and runs outside of a transaction.

        Raises TooManyAttempts, PasswordQueueFull.
        """
        async with database.reading() as session:
            user = await repository.user_by_login(session, login[:MAX_LOGIN])
            guess = await self._throttle.guess(session, user, login[:MAX_LOGIN], client)
        await self._throttle.wait(guess)
        source, hashed = source_of(client), user.password_hash if user is not None else None
        is_correct = await self._passwords.verify(password, hashed, source=source)
        outdated = is_correct and hashed is not None and self._passwords.needs_rehash(hashed)
        new_hash = await self._passwords.hash(password, source=source) if outdated else None
        return Attempt(guess, user.id if user is not None else None, hashed, is_correct, new_hash)

    async def attempt_of(self, database: Database, user: User, password: str, client: Client) -> Attempt:
        """Verify the password of a user who is signed in, like `attempt`."""
        async with database.reading() as session:
            guess = await self._throttle.guess(session, user, user.username, client)
        await self._throttle.wait(guess)
        is_correct = await self._passwords.verify(password, user.password_hash, source=source_of(client))
        return Attempt(guess, user.id, user.password_hash, is_correct)

    async def admit(self, session: AsyncSession, attempt: Attempt, client: Client) -> SignedIn | ClientError:
        """Start a session, or record the failure."""
        user = await repository.user_by_id(session, attempt.user_id or new_id(), to_write=True)
        if user is None or not attempt.is_correct or user.password_hash != attempt.password_hash:
            return await self.fail(session, attempt, "WRONG_CREDENTIALS")
        if user.state != UserState.ACTIVE:
            return await self.fail(session, attempt, "NOT_ACTIVE")
        await self._throttle.succeeded(session, attempt.guess)
        user.password_hash = attempt.new_hash or user.password_hash
        return await self.start_session(session, user, client)

    async def fail(self, session: AsyncSession, attempt: Attempt, reason: str) -> ClientError:
        """Count and publish a failed attempt. Returns the error for the client."""
        delayed = await self._throttle.failed(session, attempt.guess)
        await emit(session, SignInFailed(id=new_id(), user_id=attempt.user_id, reason=reason, delayed=delayed))
        return WrongCredentials()

    async def start_session(self, session: AsyncSession, user: User, client: Client) -> SignedIn:
        """Start a session of this user."""
        now = self._clock()
        family = Session(
            id=new_id(),
            user_id=user.id,
            created_at=now,
            used_at=now,
            expires_at=now + self._lifetime,
            client_ip=client.ip,
            user_agent=(client.user_agent or "")[:512] or None,
        )
        session.add(family)
        await session.flush()
        await emit(session, UserSignedIn(id=user.id, session_id=family.id))
        return await self._issue(session, user, family)

    async def refresh(self, session: AsyncSession, token: str) -> SignedIn | ClientError:
        """Exchange a refresh token for new tokens."""
        key, now = fingerprint(token), self._clock()
        found = await repository.refresh_token(session, key)
        if found is None:
            return SessionEnded()
        _, family, user = found
        await session.refresh(user, with_for_update=True)  # a revocation is before this or sees the new token
        await session.refresh(family, with_for_update=True)
        if family.revoked_at is not None or family.expires_at <= now or user.state != UserState.ACTIVE:
            return SessionEnded()
        if not await repository.use_refresh_token(session, key, now):
            await self._end_some(session, user.id, "TOKEN_REUSED", session_id=family.id)
            return TokenReused()
        family.used_at, family.expires_at = now, now + self._lifetime
        return await self._issue(session, user, family)

    async def sign_out(
        self, session: AsyncSession, user_id: str, session_id: str, *, reason: str = "SIGNED_OUT"
    ) -> int:
        """End one session of the user and revoke its tokens. Returns the number of ended sessions: 0 or 1."""
        return len(await self._end_some(session, user_id, reason, session_id=session_id))

    async def sign_out_everywhere(self, session: AsyncSession, user_id: str, *, reason: str = "SIGNED_OUT") -> int:
        """End all sessions of the user and revoke all tokens. Returns the number of ended sessions."""
        await repository.user_by_id(session, user_id, to_write=True)
        await self._revocations.revoke_all(session, user_id)
        return len(await self._end(session, user_id, reason))

    async def sign_out_others(self, session: AsyncSession, user_id: str, own_id: str | None, reason: str) -> int:
        """End all sessions of the user except `own_id` and revoke their tokens. Returns their number."""
        return len(await self._end_some(session, user_id, reason, except_id=own_id))

    @property
    def _lifetime(self) -> timedelta:
        return timedelta(days=self._settings.refresh_token_days)

    async def _end_some(
        self, session: AsyncSession, user_id: str, reason: str, **selection: str | None
    ) -> dict[str, datetime]:
        ended = await self._end(session, user_id, reason, **selection)
        with_tokens = [session_id for session_id, used in ended.items() if used > self._revocations.oldest_issue]
        await self._revocations.revoke_sessions(session, user_id, with_tokens)
        return ended

    async def _end(
        self, session: AsyncSession, user_id: str, reason: str, **selection: str | None
    ) -> dict[str, datetime]:
        ended = await repository.end_sessions(session, user_id, self._clock(), **selection)
        await emit(session, *(UserSignedOut(id=user_id, session_id=session_id, reason=reason) for session_id in ended))
        return ended

    async def _issue(self, session: AsyncSession, user: User, family: Session) -> SignedIn:
        token = new_secret()
        session.add(RefreshToken(fingerprint=fingerprint(token), session_id=family.id, created_at=self._clock()))
        await session.flush()
        access_token = self._tokens.sign(user, family.id, self._tokens.scopes_of(user))
        return SignedIn(user, access_token, token, self._tokens.lifetime)
