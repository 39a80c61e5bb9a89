"""Registration of accounts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Client
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import Problems
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import new_id
from subgraphs.users import repository
from subgraphs.users.errors import Taken
from subgraphs.users.events import UserRegistered
from subgraphs.users.models import Role, User, UserState
from subgraphs.users.passwords import Passwords, check_password
from subgraphs.users.service import checks
from subgraphs.users.service.recovery import Recovery
from subgraphs.users.service.throttle import source_of


@dataclass(frozen=True, slots=True)
class NewUser:
    """The data of a new account. `checked` validates and normalizes it."""

    email: str
    username: str
    password: str
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None


def checked(given: NewUser) -> NewUser:
    """Validate and normalize a new user. Raises BadInput with one problem per invalid field."""
    problems = Problems()
    email = checks.email(problems, given.email)
    username = checks.username(problems, given.username)
    phone = checks.phone(problems, given.phone)
    checks.name(problems, "firstName", given.first_name)
    checks.name(problems, "lastName", given.last_name)
    check_password(problems, "password", given.password, personal=(username, email.partition("@")[0]))
    problems.raise_if_any()
    first_name, last_name = checks.none_if_blank(given.first_name), checks.none_if_blank(given.last_name)
    return NewUser(email, username, given.password, first_name, last_name, phone)


class Accounts:
    """Creates accounts."""

    def __init__(self, passwords: Passwords, recovery: Recovery, *, clock: Clock = utc_now) -> None:
        self._passwords = passwords
        self._recovery = recovery
        self._clock = clock

    async def hash(self, password: str, client: Client) -> str:
        """Hash a password. This is slow: call it before the transaction starts. Raises PasswordQueueFull."""
        return await self._passwords.hash(password, source=source_of(client))

    async def register(
        self,
        session: AsyncSession,
        new: NewUser,
        password_hash: str,
        *,
        role: Role = Role.USER,
        user_id: str | None = None,
        verified: bool = False,
    ) -> User:
        """Create the account of a `checked` user and send the verification link. Raises Taken."""
        names = await repository.taken(session, email=new.email, username=new.username, phone=new.phone)
        if names:
            raise Taken(*names)
        now = self._clock()
        user = User(
            id=user_id or new_id(),
            username=new.username,
            username_key=repository.comparison_key(new.username),
            email=new.email,
            email_key=repository.comparison_key(new.email),
            phone=new.phone,
            first_name=new.first_name,
            last_name=new.last_name,
            password_hash=password_hash,
            role=role.value,
            state=UserState.ACTIVE.value,
            created_at=now,
            updated_at=now,
            email_verified_at=now if verified else None,
        )
        session.add(user)
        try:
            await session.flush()
        except IntegrityError as error:  # a concurrent request inserted it after the check
            raise Taken("email", "username") from error
        await emit(
            session,
            UserRegistered(
                id=user.id,
                username=user.username,
                email=user.email,
                first_name=user.first_name,
                email_verified=verified,
                role=user.role,
                created_at=user.created_at,
            ),
        )
        await self._recovery.send_verification(session, user)
        return user
