"""Every SQL statement of the users subgraph."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.db import insert_into
from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.users.models import (
    AccessRevocation,
    ApiKey,
    MailedLink,
    RefreshToken,
    Session,
    SignInFailures,
    User,
    UserState,
)

MAX_DEVICES = 100  # of a user, that count as known
MAX_SOURCES = 1_000  # of failures to one account, that are added up
_NEWEST_FIRST = (Key(col(User.id), lambda user: user.id, descending=True),)


def comparison_key(value: str) -> str:
    """Normalize a name for comparison: trimmed and case-folded."""
    return value.strip().casefold()


async def users_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, User]:
    """The existing users with these ids, by id."""
    found = await session.scalars(select(User).where(col(User.id).in_(ids)))
    return {user.id: user for user in found}


async def user_by_id(session: AsyncSession, user_id: str, *, to_write: bool = False) -> User | None:
    """The user with this id. With `to_write`, the row is read again and locked until the transaction ends."""
    return await session.get(User, user_id, with_for_update=to_write or None, populate_existing=to_write)


async def user_by_username(session: AsyncSession, username: str) -> User | None:
    """The user with this username, case-insensitively."""
    found: User | None = await session.scalar(select(User).where(col(User.username_key) == comparison_key(username)))
    return found


async def user_by_login(session: AsyncSession, login: str) -> User | None:
    """The user with this email address or username. A username contains no @, so the two cannot be confused."""
    column = col(User.email_key) if "@" in login else col(User.username_key)
    found: User | None = await session.scalar(select(User).where(column == comparison_key(login)))
    return found


async def taken(
    session: AsyncSession, *, email: str, username: str, phone: str | None, except_id: str | None = None
) -> list[str]:
    """Which of the fields email, username and phone another user already has."""
    same = [col(User.email_key) == comparison_key(email), col(User.username_key) == comparison_key(username)]
    if phone is not None:
        same.append(col(User.phone) == phone)
    others = select(col(User.email_key), col(User.username_key), col(User.phone)).where(or_(*same))
    if except_id is not None:
        others = others.where(col(User.id) != except_id)
    rows = (await session.execute(others)).all()
    found = {
        "email": any(row.email_key == comparison_key(email) for row in rows),
        "username": any(row.username_key == comparison_key(username) for row in rows),
        "phone": phone is not None and any(row.phone == phone for row in rows),
    }
    return [name for name, is_taken in found.items() if is_taken]


def _matching(search: str | None, role: str | None, state: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search and search.strip():
        pattern = search.strip()
        names = (col(User.username), col(User.email), col(User.first_name), col(User.last_name))
        conditions.append(or_(*(column.icontains(pattern, autoescape=True) for column in names)))
    if role is not None:
        conditions.append(col(User.role) == role)
    if state is not None:
        conditions.append(col(User.state) == state)
    else:
        conditions.append(col(User.state) != UserState.DELETED)
    return conditions


async def page_of_users(
    session: AsyncSession, page: PageRequest, *, search: str | None, role: str | None, state: str | None
) -> Slice[User]:
    """A page of users, newest first."""
    return await read_slice(session, select(User).where(*_matching(search, role, state)), _NEWEST_FIRST, page)


async def count_users(session: AsyncSession, *, search: str | None, role: str | None, state: str | None) -> int:
    """The total number of users in the list of `page_of_users`."""
    statement: Select[Any] = select(func.count()).select_from(User).where(*_matching(search, role, state))
    return int(await session.scalar(statement) or 0)


async def any_user(session: AsyncSession) -> bool:
    """Whether any user exists."""
    return await session.scalar(select(col(User.id)).limit(1)) is not None


async def refresh_token(session: AsyncSession, fingerprint: str) -> tuple[RefreshToken, Session, User] | None:
    """The refresh token with this fingerprint, its session and its user."""
    statement = (
        select(RefreshToken, Session, User)
        .join(Session, col(Session.id) == col(RefreshToken.session_id))
        .join(User, col(User.id) == col(Session.user_id))
        .where(col(RefreshToken.fingerprint) == fingerprint)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def use_refresh_token(session: AsyncSession, fingerprint: str, at: datetime) -> bool:
    """Mark the token as used; False if it was already used."""
    unused = update(RefreshToken).where(
        col(RefreshToken.fingerprint) == fingerprint, col(RefreshToken.used_at).is_(None)
    )
    return bool((await session.execute(unused.values(used_at=at))).rowcount)  # type: ignore[attr-defined]


async def end_sessions(
    session: AsyncSession,
    user_id: str,
    at: datetime,
    *,
    session_id: str | None = None,
    except_id: str | None = None,
) -> dict[str, datetime]:
    """End one session of a user, or all (except one). Returns when each session that was active was last used."""
    active = update(Session).where(col(Session.user_id) == user_id, col(Session.revoked_at).is_(None))
    if session_id is not None:
        active = active.where(col(Session.id) == session_id)
    if except_id is not None:
        active = active.where(col(Session.id) != except_id)
    ended = await session.execute(active.values(revoked_at=at).returning(col(Session.id), col(Session.used_at)))
    return {row.id: row.used_at for row in ended}


async def is_signed_in(session: AsyncSession, user_id: str, session_id: str, at: datetime) -> bool:
    """Whether a user has an active session, or an unrevoked API key, with this id."""
    if await active_session(session, user_id, session_id, at) is not None:
        return True
    return await has_api_key(session, user_id, session_id)


async def active_session(session: AsyncSession, user_id: str, session_id: str, at: datetime) -> Session | None:
    """The active session of a user with this id."""
    found: Session | None = await session.scalar(
        select(Session).where(
            col(Session.id) == session_id,
            col(Session.user_id) == user_id,
            col(Session.revoked_at).is_(None),
            col(Session.expires_at) > at,
        )
    )
    return found


async def devices(session: AsyncSession, user_id: str, since: datetime) -> list[tuple[str | None, str | None]]:
    """The addresses and user agents of a user's sessions that were used since then, ended ones too, newest first."""
    used = (
        select(col(Session.client_ip), col(Session.user_agent))
        .where(col(Session.user_id) == user_id, col(Session.used_at) > since)
        .group_by(col(Session.client_ip), col(Session.user_agent))
        .order_by(func.max(col(Session.used_at)).desc())
    )
    return [(row.client_ip, row.user_agent) for row in await session.execute(used.limit(MAX_DEVICES))]


async def failures(session: AsyncSession, account: str, since: datetime) -> dict[str, int]:
    """The failed sign-ins to an account since then, by source; of the sources with the most."""
    recent = select(SignInFailures).where(col(SignInFailures.account) == account, col(SignInFailures.failed_at) > since)
    rows = await session.scalars(recent.order_by(col(SignInFailures.failures).desc()).limit(MAX_SOURCES))
    return {row.source: row.failures for row in rows}


async def add_failure(session: AsyncSession, account: str, source: str, at: datetime, since: datetime) -> int:
    """Count a failed sign-in. Returns the number since then."""
    failed = insert_into(session, SignInFailures).values(account=account, source=source, failures=1, failed_at=at)
    count = case((col(SignInFailures.failed_at) > since, col(SignInFailures.failures) + 1), else_=1)
    counted = failed.on_conflict_do_update(
        index_elements=["account", "source"], set_={"failures": count, "failed_at": at}
    )
    return int(await session.scalar(counted.returning(col(SignInFailures.failures))) or 0)


async def clear_failures(session: AsyncSession, account: str, source: str | None = None) -> None:
    """Forget the failed sign-ins to an account, from one source or from all."""
    statement = delete(SignInFailures).where(col(SignInFailures.account) == account)
    await session.execute(statement if source is None else statement.where(col(SignInFailures.source) == source))


async def expire_failures(session: AsyncSession, before: datetime) -> None:
    """Delete the failed sign-ins before this time."""
    await session.execute(delete(SignInFailures).where(col(SignInFailures.failed_at) < before))


async def active_sessions(session: AsyncSession, user_id: str, at: datetime) -> list[Session]:
    """The active sessions of a user, most recently used first."""
    active = select(Session).where(
        col(Session.user_id) == user_id, col(Session.revoked_at).is_(None), col(Session.expires_at) > at
    )
    return list(await session.scalars(active.order_by(col(Session.used_at).desc(), col(Session.id).desc())))


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The user with this email address."""
    found: User | None = await session.scalar(select(User).where(col(User.email_key) == comparison_key(email)))
    return found


async def take_link(session: AsyncSession, fingerprint: str, purpose: str) -> MailedLink | None:
    """Delete and return the link with this fingerprint; of two concurrent calls, one gets it."""
    statement = delete(MailedLink).where(col(MailedLink.fingerprint) == fingerprint, col(MailedLink.purpose) == purpose)
    return (await session.scalars(statement.returning(MailedLink))).one_or_none()


async def link(session: AsyncSession, fingerprint: str, purpose: str) -> MailedLink | None:
    """The link with this fingerprint; does not consume it."""
    found = select(MailedLink).where(col(MailedLink.fingerprint) == fingerprint, col(MailedLink.purpose) == purpose)
    return (await session.scalars(found)).one_or_none()


async def delete_links(session: AsyncSession, user_id: str, purpose: str | None = None) -> None:
    """Delete a user's links: those for one purpose, or all."""
    statement = delete(MailedLink).where(col(MailedLink.user_id) == user_id)
    await session.execute(statement if purpose is None else statement.where(col(MailedLink.purpose) == purpose))


async def links_since(
    session: AsyncSession, user_id: str, purpose: str, since: datetime, *, email_key: str | None = None
) -> int:
    """The number of links for this purpose created for a user since then, to one address or to any."""
    recent = select(func.count()).where(
        col(MailedLink.user_id) == user_id, col(MailedLink.purpose) == purpose, col(MailedLink.created_at) > since
    )
    if email_key is not None:
        recent = recent.where(col(MailedLink.email_key) == email_key)
    return int(await session.scalar(recent) or 0)


async def clear_api_key_names(session: AsyncSession, user_id: str) -> None:
    """Remove the names that a user gave to API keys."""
    await session.execute(update(ApiKey).where(col(ApiKey.user_id) == user_id).values(name=""))


async def clear_session_clients(session: AsyncSession, user_id: str) -> None:
    """Remove the client addresses and user agents from a user's sessions."""
    await session.execute(
        update(Session).where(col(Session.user_id) == user_id).values(client_ip=None, user_agent=None)
    )


async def api_keys(session: AsyncSession, user_id: str) -> list[ApiKey]:
    """The unrevoked API keys of a user, newest first."""
    own = select(ApiKey).where(col(ApiKey.user_id) == user_id, col(ApiKey.revoked_at).is_(None))
    return list(await session.scalars(own.order_by(col(ApiKey.id).desc())))


async def api_key(session: AsyncSession, user_id: str, key_id: str) -> ApiKey | None:
    """The API key of a user by its id."""
    found: ApiKey | None = await session.scalar(
        select(ApiKey).where(col(ApiKey.user_id) == user_id, col(ApiKey.id) == key_id)
    )
    return found


async def has_api_key(session: AsyncSession, user_id: str, key_id: str) -> bool:
    """Whether a user has an unrevoked API key with this id."""
    key = await api_key(session, user_id, key_id)
    return key is not None and key.revoked_at is None


async def api_key_by_fingerprint(session: AsyncSession, fingerprint: str) -> tuple[ApiKey, User] | None:
    """The API key with this fingerprint, and its user."""
    found = (
        select(ApiKey, User)
        .join(User, col(User.id) == col(ApiKey.user_id))
        .where(col(ApiKey.fingerprint) == fingerprint)
    )
    row = (await session.execute(found)).one_or_none()
    return None if row is None else (row[0], row[1])


async def revoke_api_keys(session: AsyncSession, user_id: str, at: datetime) -> dict[str, datetime | None]:
    """Revoke all API keys of a user. Returns when each key that was not revoked was last used."""
    unrevoked = update(ApiKey).where(col(ApiKey.user_id) == user_id, col(ApiKey.revoked_at).is_(None))
    revoked = await session.execute(unrevoked.values(revoked_at=at).returning(col(ApiKey.id), col(ApiKey.used_at)))
    return {row.id: row.used_at for row in revoked}


async def access_revocations(session: AsyncSession, at: datetime) -> list[AccessRevocation]:
    """The revocations of access tokens that have not all expired, the oldest first."""
    in_force = select(AccessRevocation).where(col(AccessRevocation.expires_at) > at)
    ordered = in_force.order_by(col(AccessRevocation.revoked_at), col(AccessRevocation.id))
    return list(await session.scalars(ordered))


async def delete_expired_revocations(session: AsyncSession, at: datetime) -> None:
    """Delete the revocations of access tokens that have all expired."""
    await session.execute(delete(AccessRevocation).where(col(AccessRevocation.expires_at) <= at))
