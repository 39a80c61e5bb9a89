"""Create the first admin from the command line, since no other admin can appoint them."""

from __future__ import annotations

from hanse_subgraph.auth import Client
from hanse_subgraph.migrate import upgrade
from subgraphs.users.app import create
from subgraphs.users.models import Role, User
from subgraphs.users.passwords import Passwords
from subgraphs.users.service.accounts import Accounts, NewUser, checked
from subgraphs.users.service.recovery import Recovery
from subgraphs.users.settings import UsersSettings


async def make_admin(settings: UsersSettings, given: NewUser) -> User:
    """Create an account with the role admin and a verified address.

    The platform may be running: its relay publishes the event. Raises BadInput, Taken, SettingsError.
    """
    new = checked(given)
    app = create(settings)
    accounts = Accounts(Passwords(settings), Recovery(settings))
    try:
        if settings.migrate_on_start:
            await upgrade(app.database, app.migrations)
        password_hash = await accounts.hash(new.password, Client())
        async with app.database.writing() as session:
            return await accounts.register(session, new, password_hash, role=Role.ADMIN, verified=True)
    finally:
        await app.database.close()
