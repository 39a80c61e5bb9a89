"""Every SQL statement of the users subgraph."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from hanse_subgraph.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.users.models import ApiKey, MailedLink, RefreshToken, Session, User, UserState

_NEWEST_FIRST = (Key(col(User.id), lambda user: user.id, descending=True),)


def key_of_text(value: str) -> str:
    """A name as it is compared: without regard to case."""
    return value.strip().casefold()


async def users_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, User]:
    """The users of these ids that there are."""
    found = await session.scalars(select(User).where(col(User.id).in_(ids)))
    return {user.id: user for user in found}


async def user_by_id(session: AsyncSession, user_id: str, *, to_write: bool = False) -> User | None:
    """The user of this id; to write, as they are now and held until the transaction ends: one change after another."""
    return await session.get(User, user_id, with_for_update=to_write or None, populate_existing=to_write)


async def user_by_username(session: AsyncSession, username: str) -> User | None:
    """The user of this name, whatever its case."""
    found: User | None = await session.scalar(select(User).where(col(User.username_key) == key_of_text(username)))
    return found


async def user_by_login(session: AsyncSession, login: str) -> User | None:
    """The user who signs in by this e-mail or username. A username holds no @, so that the two cannot be confused."""
    column = col(User.email_key) if "@" in login else col(User.username_key)
    found: User | None = await session.scalar(select(User).where(column == key_of_text(login)))
    return found


async def taken(
    session: AsyncSession, *, email: str, username: str, phone: str | None, except_id: str | None = None
) -> list[str]:
    """Which of the three another user has already."""
    same = [col(User.email_key) == key_of_text(email), col(User.username_key) == key_of_text(username)]
    if phone is not None:
        same.append(col(User.phone) == phone)
    others = select(col(User.email_key), col(User.username_key), col(User.phone)).where(or_(*same))
    if except_id is not None:
        others = others.where(col(User.id) != except_id)
    rows = (await session.execute(others)).all()
    found = {
        "email": any(row.email_key == key_of_text(email) for row in rows),
        "username": any(row.username_key == key_of_text(username) for row in rows),
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
    """Users, the newest first."""
    return await read_slice(session, select(User).where(*_matching(search, role, state)), _NEWEST_FIRST, page)


async def count_users(session: AsyncSession, *, search: str | None, role: str | None, state: str | None) -> int:
    """How many the list above has in all."""
    statement: Select[Any] = select(func.count()).select_from(User).where(*_matching(search, role, state))
    return int(await session.scalar(statement) or 0)


async def any_user(session: AsyncSession) -> bool:
    """Whether there is one at all."""
    return await session.scalar(select(col(User.id)).limit(1)) is not None


async def refresh_token(session: AsyncSession, fingerprint: str) -> tuple[RefreshToken, Session, User] | None:
    """The refresh token of this fingerprint with its session and user."""
    statement = (
        select(RefreshToken, Session, User)
        .join(Session, col(Session.id) == col(RefreshToken.session_id))
        .join(User, col(User.id) == col(Session.user_id))
        .where(col(RefreshToken.fingerprint) == fingerprint)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def use_refresh_token(session: AsyncSession, fingerprint: str, at: datetime) -> bool:
    """Use the token up; False where somebody else did before."""
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
) -> list[str]:
    """End one session of a user, or all of them (but one); the ids of those that were alive."""
    living = update(Session).where(col(Session.user_id) == user_id, col(Session.revoked_at).is_(None))
    if session_id is not None:
        living = living.where(col(Session.id) == session_id)
    if except_id is not None:
        living = living.where(col(Session.id) != except_id)
    return list(await session.scalars(living.values(revoked_at=at).returning(col(Session.id))))


async def living_sessions(session: AsyncSession, user_id: str, at: datetime) -> list[Session]:
    """A user's sessions that are alive, the latest used first."""
    living = select(Session).where(
        col(Session.user_id) == user_id, col(Session.revoked_at).is_(None), col(Session.expires_at) > at
    )
    return list(await session.scalars(living.order_by(col(Session.used_at).desc(), col(Session.id).desc())))


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The user of this address."""
    found: User | None = await session.scalar(select(User).where(col(User.email_key) == key_of_text(email)))
    return found


async def take_link(session: AsyncSession, fingerprint: str, purpose: str) -> MailedLink | None:
    """The link of this fingerprint, which is used up by that: of two who ask at once, one gets it."""
    gone = delete(MailedLink).where(col(MailedLink.fingerprint) == fingerprint, col(MailedLink.purpose) == purpose)
    return (await session.scalars(gone.returning(MailedLink))).one_or_none()


async def link(session: AsyncSession, fingerprint: str, purpose: str) -> MailedLink | None:
    """The link of this fingerprint, without using it up."""
    found = select(MailedLink).where(col(MailedLink.fingerprint) == fingerprint, col(MailedLink.purpose) == purpose)
    return (await session.scalars(found)).one_or_none()


async def forget_links(session: AsyncSession, user_id: str, purpose: str | None = None) -> None:
    """Make a user's links void: those for one purpose, or all."""
    gone = delete(MailedLink).where(col(MailedLink.user_id) == user_id)
    await session.execute(gone if purpose is None else gone.where(col(MailedLink.purpose) == purpose))


async def links_since(session: AsyncSession, user_id: str, purpose: str, since: datetime) -> int:
    """How many links of this purpose were made for a user since then."""
    recent = select(func.count()).where(
        col(MailedLink.user_id) == user_id, col(MailedLink.purpose) == purpose, col(MailedLink.created_at) > since
    )
    return int(await session.scalar(recent) or 0)


async def forget_traces(session: AsyncSession, user_id: str) -> None:
    """Forget from where a user signed in."""
    await session.execute(
        update(Session).where(col(Session.user_id) == user_id).values(client_ip=None, user_agent=None)
    )


async def api_keys(session: AsyncSession, user_id: str) -> list[ApiKey]:
    """A user's keys that are not revoked, the newest first."""
    own = select(ApiKey).where(col(ApiKey.user_id) == user_id, col(ApiKey.revoked_at).is_(None))
    return list(await session.scalars(own.order_by(col(ApiKey.id).desc())))


async def api_key(session: AsyncSession, user_id: str, key_id: str) -> ApiKey | None:
    """One of a user's keys."""
    found: ApiKey | None = await session.scalar(
        select(ApiKey).where(col(ApiKey.user_id) == user_id, col(ApiKey.id) == key_id)
    )
    return found


async def api_key_by_fingerprint(session: AsyncSession, fingerprint: str) -> tuple[ApiKey, User] | None:
    """The key of this fingerprint, with its user."""
    found = (
        select(ApiKey, User)
        .join(User, col(User.id) == col(ApiKey.user_id))
        .where(col(ApiKey.fingerprint) == fingerprint)
    )
    row = (await session.execute(found)).one_or_none()
    return None if row is None else (row[0], row[1])


async def revoke_api_keys(session: AsyncSession, user_id: str, at: datetime) -> None:
    """Revoke all of a user's keys."""
    living = update(ApiKey).where(col(ApiKey.user_id) == user_id, col(ApiKey.revoked_at).is_(None))
    await session.execute(living.values(revoked_at=at))
