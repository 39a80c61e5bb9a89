"""Demo users: made through the same verbs as real ones, so that their events flow."""

from __future__ import annotations

import random
from datetime import timedelta

from shared.demo import BEGINNING, demo_user_ids
from shared.subgraph_app import SubgraphApp
from subgraphs.users import repository
from subgraphs.users.models import Role
from subgraphs.users.passwords import Passwords
from subgraphs.users.service.accounts import Accounts, NewUser
from subgraphs.users.service.recovery import Recovery
from subgraphs.users.settings import UsersSettings

LOGIN, ADMIN_LOGIN = "demo@hanse.example", "admin@hanse.example"
PASSWORD = "blue-harbour-2026"  # of every demo user: they are for trying things out, and are said on the first page

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


async def fill(app: SubgraphApp, *, seed: int = 1, scale: int = 1) -> int:
    """Make 50 users times `scale` where there are none; how many were made. The app must have started."""
    async with app.database.reading() as session:
        if await repository.any_user(session):
            return 0
    assert isinstance(app.settings, UsersSettings)
    accounts = Accounts(Passwords(app.settings), Recovery(app.settings))
    password_hash = await accounts.hash(PASSWORD)  # one for all: hashing fifty would take seconds
    made = people(seed, scale)
    async with app.database.writing() as session:
        for number, (user_id, new, role) in enumerate(made):
            made_at = BEGINNING + timedelta(minutes=7 * number)
            await accounts.register(
                session, new, password_hash, role=role, user_id=user_id, created_at=made_at, verified=True
            )
    app.wake_relay()
    return len(made)


def people(seed: int, scale: int) -> list[tuple[str, NewUser, Role]]:
    """Id, account and role of each."""
    chance = random.Random(f"{seed}/people")
    made = []
    for number, user_id in enumerate(demo_user_ids(seed, scale)):
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        name = f"{first}.{last}{number}".lower()
        new, role = NewUser(f"{name}@hanse.example", name, PASSWORD, first, last), Role.USER
        if number == 0:
            new = NewUser(LOGIN, "demo", PASSWORD, "Dana", "Demo", "+494012345678")
        elif number == 1:
            new, role = NewUser(ADMIN_LOGIN, "admin", PASSWORD, "Alex", "Admin"), Role.ADMIN
        made.append((user_id, new, role))
    return made
