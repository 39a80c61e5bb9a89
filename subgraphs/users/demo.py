"""Demo users, who register and sign in several times, sometimes with a wrong password first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Client
from hanse_subgraph.demo import ADMIN, DemoAction, DemoContext, DemoData, DemoWeek, SetClock
from hanse_subgraph.platform import STANDALONE
from subgraphs.users import repository
from subgraphs.users.keys import SigningKeys
from subgraphs.users.models import Role
from subgraphs.users.service import Identity
from subgraphs.users.service.accounts import NewUser
from subgraphs.users.service.sign_in import Attempt
from subgraphs.users.service.throttle import Guess
from subgraphs.users.settings import UsersSettings

LOGIN, ADMIN_LOGIN = "demo@hanse.example", "admin@hanse.example"
PASSWORD = "blue-harbour-2026"  # of every demo user; printed by `hanse up`, so not a secret

_FIRST_NAMES = """
Ada Alan Amara Anouk Bela Carla Chidi Daria Dmitri Elif Emil Fatima Femke Grace Hanna Henrik Ines Ivan Jun Kai Katya
Lars Leila Lin Luca Maja Malik Mira Nils Noor Olga Omar Petra Priya Quentin Rafael Rosa Sven Tariq Tilda
"""
FIRST_NAMES = tuple(_FIRST_NAMES.split())
_LAST_NAMES = """
Adeyemi Almeida Berg Brandt Castro Dahl Dubois Eriksen Fischer Garcia Haddad Hansen Ito Jansen Kaya Keller Khan
Kovacs Larsen Lindqvist Mueller Nakamura Novak Okafor Olsen Pereira Petrov Rossi Santos Schmidt Silva Tanaka Weber
"""
LAST_NAMES = tuple(_LAST_NAMES.split())


Run = Callable[[AsyncSession], Awaitable[object]]


LOGINS = f"""
Demo logins, for `mutation {{ login(login: "...", password: "...") {{ accessToken }} }}`:

  user            {LOGIN}    {PASSWORD}
  admin           {ADMIN_LOGIN}   {PASSWORD}
"""


class UsersDemo(DemoData):
    """The demo data of the users subgraph."""

    logins = LOGINS

    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether there is no account yet."""
        return not await repository.any_user(session)

    async def is_from(self, session: AsyncSession, week: DemoWeek) -> bool:
        """Whether the demo users have accounts."""
        return await repository.user_by_id(session, week.user_ids[0]) is not None

    async def actions(self, context: DemoContext) -> list[DemoAction]:
        """Every user registers, and signs in four times on average."""
        return await actions(context.settings, context.week, context.clock)


async def actions(settings: UsersSettings, week: DemoWeek, clock: SetClock) -> list[DemoAction]:
    """Every user registers, and signs in four times on average."""
    keys = SigningKeys(settings.signing_keys)
    keys.open()
    identity = Identity(settings, keys, STANDALONE, clock=clock)
    password_hash = await identity.accounts.hash(PASSWORD, Client())  # one hash for all users, since hashing is slow
    registered = [
        DemoAction(at, user_id, _register(identity, password_hash, user_id, new, role), is_signed_in=False)
        for at, (user_id, new, role) in zip(week.arrivals, people(week), strict=True)
    ]
    return registered + _sign_ins(identity, week)


def people(week: DemoWeek) -> list[tuple[str, NewUser, Role]]:
    """The id, account and role of each demo user."""
    generator = week.generator("people")
    made = []
    for number, user_id in enumerate(week.user_ids):
        first, last = generator.choice(FIRST_NAMES), generator.choice(LAST_NAMES)
        name = f"{first}.{last}{number}".lower()
        new, role = NewUser(f"{name}@hanse.example", name, PASSWORD, first, last), Role.USER
        if number == 0:
            new = NewUser(LOGIN, "demo", PASSWORD, "Dana", "Demo", "+494012345678")
        elif number == ADMIN:
            new, role = NewUser(ADMIN_LOGIN, "admin", PASSWORD, "Alex", "Admin"), Role.ADMIN
        made.append((user_id, new, role))
    return made


def _sign_ins(identity: Identity, week: DemoWeek) -> list[DemoAction]:
    generator, found = week.generator("sign-ins"), []
    for at in week.times("sign-in", 4 * len(week.user_ids)):
        user_id = week.random_user(generator, at)
        if generator.random() < 0.08:
            found.append(DemoAction(at, user_id, _fail_sign_in(identity, user_id), is_signed_in=False))
            at = week.later(generator, at, timedelta(seconds=40))
        found.append(DemoAction(at, user_id, _sign_in(identity, user_id), is_signed_in=False))
    return found


def _register(identity: Identity, password_hash: str, user_id: str, new: NewUser, role: Role) -> Run:
    return lambda session: identity.accounts.register(
        session, new, password_hash, role=role, user_id=user_id, verified=True
    )


def _sign_in(identity: Identity, user_id: str) -> Run:
    async def run(session: AsyncSession) -> None:
        user = await repository.user_by_id(session, user_id)
        assert user is not None
        await identity.sign_in.admit(
            session,
            Attempt(Guess(user_id, "demo"), user_id, user.password_hash, is_correct=True),
            session.info["caller"].client,
        )

    return run


def _fail_sign_in(identity: Identity, user_id: str) -> Run:
    async def run(session: AsyncSession) -> None:
        await identity.sign_in.admit(
            session, Attempt(Guess(user_id, "demo"), user_id, None, is_correct=False), session.info["caller"].client
        )

    return run
