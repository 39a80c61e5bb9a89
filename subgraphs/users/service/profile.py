"""A user's own account: profile, password and deletion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.errors import NotFound, Problems
from hanse_subgraph.events.outbox import emit
from subgraphs.users import repository
from subgraphs.users.errors import PasswordRequired, Taken
from subgraphs.users.events import EmailChangeRequested, PasswordChanged, UserDeleted
from subgraphs.users.models import User, UserState
from subgraphs.users.passwords import check_password
from subgraphs.users.service import checks
from subgraphs.users.service.api_keys import ApiKeys
from subgraphs.users.service.recovery import Recovery, updated
from subgraphs.users.service.sign_in import SignIn
from subgraphs.users.settings import UsersSettings


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """Changes to a profile. None leaves a field unchanged; an empty text removes an optional one."""

    username: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None


class Profiles:
    """Updates and deletes accounts."""

    def __init__(
        self,
        settings: UsersSettings,
        sign_in: SignIn,
        recovery: Recovery,
        api_keys: ApiKeys,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._fresh = timedelta(minutes=settings.fresh_sign_in_minutes)
        self._api_keys = api_keys
        self._sign_in = sign_in
        self._recovery = recovery
        self._clock = clock

    async def check_email_change(self, database: Database, principal: Principal, email: str) -> None:
        """Raises PasswordRequired if the address changes and the caller did not sign in just now, NotFound."""
        async with database.reading() as session:
            user = await existing_user(session, principal.require_user())
            if repository.comparison_key(email) != user.email_key and not await self._is_fresh(session, principal):
                raise PasswordRequired("currentPassword")

    async def update(self, session: AsyncSession, user_id: str, change: ProfileChange) -> User:
        """Update a profile. A new address replaces the old one once it is verified.

        Raises BadInput, NotFound, Taken.
        """
        user = await existing_user(session, user_id, to_write=True)
        values = _checked_values(user, change)
        names = await repository.taken(
            session,
            email=values["email"] or "",
            username=values["username"] or "",
            phone=values["phone"],
            except_id=user.id,
        )
        if names:
            raise Taken(*names)
        values["pending_email"] = _pending_email(user, values.pop("email") if change.email is not None else None)
        changed = sorted(name for name, value in values.items() if getattr(user, name) != value)
        for name in changed:
            setattr(user, name, values[name])
        user.username_key = repository.comparison_key(user.username)
        user.updated_at = self._clock()
        try:
            await session.flush()
        except IntegrityError as error:  # a concurrent request inserted it after the check
            raise Taken(*(name for name in changed if name in ("username", "phone"))) from error
        await emit(session, updated(user, changed))
        if "pending_email" in changed and user.pending_email is not None:
            await self._recovery.send_verification(session, user)
            if user.email_verified_at is not None:
                await emit(session, EmailChangeRequested(id=user.id, email=user.email))
        return user

    def check_password(self, user: User, password: str, *, name: str) -> None:
        """Check a new password. Raises BadInput."""
        problems = Problems()
        check_password(problems, name, password, personal=(user.username, user.email.partition("@")[0]))
        problems.raise_if_any()

    async def change_password(
        self, session: AsyncSession, user_id: str, password_hash: str, *, by: str, own_session_id: str | None
    ) -> User:
        """Set the password, end all other sessions, revoke API keys and delete reset links. Raises NotFound."""
        user = await existing_user(session, user_id, to_write=True)
        user.password_hash, user.updated_at = password_hash, self._clock()
        await session.flush()
        await repository.delete_links(session, user.id, "reset")
        await emit(session, PasswordChanged(id=user.id, by=by))
        await self._api_keys.revoke_all(session, user.id)
        if own_session_id is None:
            await self._sign_in.sign_out_everywhere(session, user.id, reason="PASSWORD_CHANGED")
        else:
            await self._sign_in.sign_out_others(session, user.id, own_session_id, "PASSWORD_CHANGED")
        return user

    async def delete(self, session: AsyncSession, user_id: str) -> User:
        """Delete the user's personal data; the id is kept, for references. Raises NotFound."""
        user = await existing_user(session, user_id, to_write=True)
        now = self._clock()
        user.username = user.username_key = f"deleted-{user.id[-12:]}-{user.id[:8]}"
        user.email = user.email_key = f"{user.id}@deleted.invalid"
        user.phone = user.first_name = user.last_name = user.email_verified_at = user.pending_email = None
        user.password_hash, user.state, user.updated_at = "!", UserState.DELETED.value, now
        await session.flush()
        await repository.delete_links(session, user.id)
        await self._api_keys.revoke_all(session, user.id)
        await self._sign_in.sign_out_everywhere(session, user.id, reason="DELETED")
        await repository.clear_session_clients(session, user.id)
        await repository.clear_api_key_names(session, user.id)
        await repository.clear_failures(session, user.id)
        await emit(session, UserDeleted(id=user.id))
        return user

    async def _is_fresh(self, session: AsyncSession, principal: Principal) -> bool:
        """Whether the caller signed in with the password a short time ago. API keys have no such session."""
        user_id, session_id, now = principal.require_user(), principal.session_id, self._clock()
        if session_id is None:
            return False
        current = await repository.active_session(session, user_id, session_id, now)
        return current is not None and now - current.created_at < self._fresh


async def existing_user(session: AsyncSession, user_id: str, *, to_write: bool = False) -> User:
    """The user with this id. Raises NotFound if missing or deleted."""
    user = await repository.user_by_id(session, user_id, to_write=to_write)
    if user is None or user.state == UserState.DELETED:
        raise NotFound("User")
    return user


def _checked_values(user: User, change: ProfileChange) -> dict[str, str | None]:
    problems = Problems()
    values: dict[str, str | None] = {
        "username": checks.username(problems, change.username) if change.username is not None else user.username,
        "email": checks.email(problems, change.email) if change.email is not None else user.email,
        "phone": checks.phone(problems, change.phone) if change.phone is not None else user.phone,
        "first_name": checks.none_if_blank(change.first_name) if change.first_name is not None else user.first_name,
        "last_name": checks.none_if_blank(change.last_name) if change.last_name is not None else user.last_name,
    }
    checks.name(problems, "firstName", change.first_name)
    checks.name(problems, "lastName", change.last_name)
    problems.raise_if_any()
    return values


def _pending_email(user: User, given: str | None) -> str | None:
    """The address that waits for its verification. The address in force, given again, cancels a change."""
    if given is None:
        return user.pending_email
    return None if repository.comparison_key(given) == user.email_key else given
