"""API keys of machine clients: scoped, shown once, and exchanged for short-lived access tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import ClientError, Forbidden, NotFound, Problems
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import new_id, parse_id
from subgraphs.users import repository
from subgraphs.users.errors import WrongCredentials
from subgraphs.users.events import ApiKeyCreated, ApiKeyExchanged, ApiKeyRevoked, SignInFailed
from subgraphs.users.models import ApiKey, User, UserState
from subgraphs.users.service.revocation import Revocations
from subgraphs.users.service.tokens import AccessTokens, fingerprint, new_secret
from subgraphs.users.settings import UsersSettings

PREFIX = "hanse_"  # lets secret scanners recognize a leaked key


class ApiKeys:
    """Creates, revokes and exchanges API keys."""

    def __init__(
        self, settings: UsersSettings, tokens: AccessTokens, revocations: Revocations, *, clock: Clock = utc_now
    ) -> None:
        self._limit = settings.api_keys_per_user
        self._max_age = timedelta(days=settings.api_key_max_days)
        self._tokens = tokens
        self._revocations = revocations
        self._clock = clock

    async def create(
        self,
        session: AsyncSession,
        principal: Principal,
        name: str,
        scopes: Sequence[str],
        expires_at: datetime | None,
    ) -> tuple[ApiKey, str]:
        """Create a key and its secret. Raises BadInput, also for scopes that the caller does not have.

        Raises Forbidden if the caller is an API key: a key that leaked must not outlive its revocation.
        """
        user_id, now = principal.require_user(), self._clock()
        if principal.session_id is not None and await repository.has_api_key(session, user_id, principal.session_id):
            raise Forbidden("An API key cannot create API keys. Sign in with the password.")
        problems = Problems()
        problems.text("name", name, min_length=1, max_length=100)
        missing = set(scopes) - principal.scopes
        if missing or not scopes:
            problems.add(
                "scopes", "INVALID", f"scopes must be a subset of yours: {' '.join(sorted(principal.scopes))}."
            )
        latest = now + self._max_age
        if expires_at is not None and expires_at <= now:
            problems.add("expiresAt", "PAST", "expiresAt must be in the future.")
        if expires_at is not None and expires_at > latest:
            problems.add("expiresAt", "TOO_LATE", f"expiresAt can be at most {self._max_age.days} days from now.")
        if len(await repository.api_keys(session, user_id)) >= self._limit:
            problems.add("name", "TOO_MANY", f"You already have {self._limit} API keys. Revoke one first.")
        problems.raise_if_any()
        secret = PREFIX + new_secret()
        key = ApiKey(
            id=new_id(),
            user_id=user_id,
            name=name.strip(),
            fingerprint=fingerprint(secret),
            scopes=sorted(set(scopes)),
            created_at=now,
            expires_at=expires_at or latest,
        )
        session.add(key)
        await session.flush()
        await emit(session, ApiKeyCreated(id=key.id, user_id=user_id, name=key.name, scopes=key.scopes))
        return key, secret

    async def revoke(self, session: AsyncSession, user_id: str, key_id: str) -> ApiKey:
        """Revoke one of a user's own keys. Raises NotFound."""
        key = await repository.api_key(session, user_id, parse_id(key_id, "API key"))
        if key is None or key.revoked_at is not None:
            raise NotFound("API key")
        key.revoked_at = self._clock()
        await session.flush()
        await emit(session, ApiKeyRevoked(id=key.id, user_id=user_id))
        if self._may_have_tokens(key.used_at):
            await self._revocations.revoke_sessions(session, user_id, [key.id])
        return key

    async def revoke_all(self, session: AsyncSession, user_id: str) -> None:
        """Revoke all of a user's keys, and the access tokens exchanged for them."""
        revoked = await repository.revoke_api_keys(session, user_id, self._clock())
        await emit(session, *(ApiKeyRevoked(id=key_id, user_id=user_id) for key_id in revoked))
        with_tokens = [key_id for key_id, used in revoked.items() if self._may_have_tokens(used)]
        await self._revocations.revoke_sessions(session, user_id, with_tokens)

    async def exchange(self, session: AsyncSession, secret: str) -> tuple[User, str, int] | ClientError:
        """Exchange a secret for (user, access token, lifetime in seconds).

        A failure is returned, not raised, so that the transaction with its event commits.
        """
        found, now = await repository.api_key_by_fingerprint(session, fingerprint(secret)), self._clock()
        key, user = found or (None, None)
        if key is None or user is None or not _is_valid(key, user, now):
            user_id = user.id if user is not None else None
            await emit(session, SignInFailed(id=new_id(), user_id=user_id, reason="WRONG_API_KEY", delayed=False))
            return WrongCredentials()
        await session.refresh(user, with_for_update=True)  # a revocation is before this or sees the new token
        await session.refresh(key, with_for_update=True)
        if not _is_valid(key, user, now):
            return WrongCredentials()
        key.used_at = self._clock()
        await session.flush()
        await emit(session, ApiKeyExchanged(id=key.id, user_id=user.id))
        allowed = [scope for scope in key.scopes if scope in self._tokens.scopes_of(user)]
        return user, self._tokens.sign(user, key.id, allowed), self._tokens.lifetime

    def _may_have_tokens(self, used_at: datetime | None) -> bool:
        return used_at is not None and used_at > self._revocations.oldest_issue


def _is_valid(key: ApiKey, user: User, now: datetime) -> bool:
    expired = key.expires_at is not None and key.expires_at <= now
    return key.revoked_at is None and not expired and user.state == UserState.ACTIVE
