"""Accounts: making them, and what they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import Clock, utc_now
from shared.errors import Problems
from shared.events.outbox import emit
from shared.ids import new_id
from subgraphs.users import repository
from subgraphs.users.errors import Taken
from subgraphs.users.events import UserRegistered
from subgraphs.users.models import Role, User, UserState
from subgraphs.users.passwords import Passwords, check_password

_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,31}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


@dataclass(frozen=True, slots=True)
class NewUser:
    """What somebody gives to have an account, checked and in its final form."""

    email: str
    username: str
    password: str
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None


def checked(given: NewUser) -> NewUser:
    """The new user in its final form. Raises BadInput with every field that is wrong."""
    problems = Problems()
    email = _checked_email(problems, given.email)
    username = given.username.strip()
    if not _USERNAME.fullmatch(username):
        problems.add(
            "username",
            "INVALID",
            "username takes 3 to 32 letters, digits, dots, dashes and underscores; not first a sign.",
        )
    phone = _checked_phone(problems, given.phone)
    problems.text("firstName", given.first_name, most=100)
    problems.text("lastName", given.last_name, most=100)
    check_password(problems, "password", given.password, personal=(username, email.partition("@")[0]))
    problems.raise_if_any()
    return NewUser(email, username, given.password, _filled(given.first_name), _filled(given.last_name), phone)


def _checked_email(problems: Problems, email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        problems.add("email", "INVALID", f"email is not an e-mail address: {error}")
        return ""


def _checked_phone(problems: Problems, phone: str | None) -> str | None:
    if phone is None or not phone.strip():
        return None
    plain = re.sub(r"[\s()./-]", "", phone)
    if not _PHONE.fullmatch(plain):
        problems.add("phone", "INVALID", "phone must be an international number, such as +4940123456.")
    return plain


def _filled(text: str | None) -> str | None:
    return (text or "").strip() or None


class Accounts:
    """What can be done with accounts."""

    def __init__(self, passwords: Passwords, *, clock: Clock = utc_now) -> None:
        self._passwords = passwords
        self._clock = clock

    async def hash(self, password: str) -> str:
        """The password's hash. It takes a while: ask for it before the transaction begins."""
        return await self._passwords.hash(password)

    async def register(
        self,
        session: AsyncSession,
        new: NewUser,
        password_hash: str,
        *,
        role: Role = Role.USER,
        user_id: str | None = None,
        created_at: datetime | None = None,
    ) -> User:
        """Make the account of a new user, who is `checked`. Raises Taken."""
        names = await repository.taken(session, email=new.email, username=new.username, phone=new.phone)
        if names:
            raise Taken(*names)
        now = created_at or self._clock()
        user = User(
            id=user_id or new_id(),
            username=new.username,
            username_key=repository.key_of_text(new.username),
            email=new.email,
            email_key=repository.key_of_text(new.email),
            phone=new.phone,
            first_name=new.first_name,
            last_name=new.last_name,
            password_hash=password_hash,
            role=role.value,
            state=UserState.ACTIVE.value,
            failures=0,
            created_at=now,
            updated_at=now,
        )
        session.add(user)
        try:
            await session.flush()
        except IntegrityError as error:  # somebody took it between the question and the answer
            raise Taken("email", "username") from error
        await emit(
            session,
            UserRegistered(
                id=user.id,
                username=user.username,
                email=user.email,
                first_name=user.first_name,
                role=user.role,
                created_at=user.created_at,
            ),
        )
        return user
