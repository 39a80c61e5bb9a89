"""Every SQL statement of the users subgraph."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.pagination import Key, PageRequest, Slice, read_slice
from subgraphs.users.models import RefreshToken, Session, User, UserState

_NEWEST_FIRST = (Key(User.__table__.c.id, lambda user: user.id, descending=True),)


def key_of_text(value: str) -> str:
    """A name as it is compared: without regard to case."""
    return value.strip().casefold()


async def users_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, User]:
    """The users of these ids that there are."""
    found = await session.scalars(select(User).where(User.id.in_(ids)))
    return {user.id: user for user in found}


async def user_by_id(session: AsyncSession, user_id: str) -> User | None:
    """The user of this id."""
    return await session.get(User, user_id)


async def user_by_username(session: AsyncSession, username: str) -> User | None:
    """The user of this name, whatever its case."""
    found: User | None = await session.scalar(select(User).where(User.username_key == key_of_text(username)))
    return found


async def user_by_login(session: AsyncSession, login: str) -> User | None:
    """The user who signs in by this e-mail or username. A username holds no @, so that the two cannot be confused."""
    column = User.email_key if "@" in login else User.username_key
    found: User | None = await session.scalar(select(User).where(column == key_of_text(login)))
    return found


async def taken(session: AsyncSession, *, email: str, username: str, phone: str | None) -> list[str]:
    """Which of the three another user has already."""
    same = [User.email_key == key_of_text(email), User.username_key == key_of_text(username)]
    if phone is not None:
        same.append(User.phone == phone)
    rows = (await session.execute(select(User.email_key, User.username_key, User.phone).where(or_(*same)))).all()
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
        names = (User.username, User.email, User.first_name, User.last_name)
        conditions.append(or_(*(column.icontains(pattern, autoescape=True) for column in names)))
    if role is not None:
        conditions.append(User.role == role)
    if state is not None:
        conditions.append(User.state == state)
    else:
        conditions.append(User.state != UserState.DELETED)
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
    return await session.scalar(select(User.id).limit(1)) is not None


async def refresh_token(session: AsyncSession, fingerprint: str) -> tuple[RefreshToken, Session, User] | None:
    """The refresh token of this fingerprint with its session and user."""
    statement = (
        select(RefreshToken, Session, User)
        .join(Session, Session.id == RefreshToken.session_id)
        .join(User, User.id == Session.user_id)
        .where(RefreshToken.fingerprint == fingerprint)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def use_refresh_token(session: AsyncSession, fingerprint: str, at: datetime) -> bool:
    """Use the token up; False where somebody else did before."""
    unused = update(RefreshToken).where(RefreshToken.fingerprint == fingerprint, RefreshToken.used_at.is_(None))
    return bool((await session.execute(unused.values(used_at=at))).rowcount)  # type: ignore[attr-defined]


async def end_sessions(
    session: AsyncSession, user_id: str, at: datetime, *, session_id: str | None = None
) -> list[str]:
    """End one session of a user, or all of them; the ids of those that were alive."""
    living = update(Session).where(Session.user_id == user_id, Session.revoked_at.is_(None))
    if session_id is not None:
        living = living.where(Session.id == session_id)
    return list(await session.scalars(living.values(revoked_at=at).returning(Session.id)))
