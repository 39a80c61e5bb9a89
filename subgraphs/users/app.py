"""The users subgraph, wired together."""

from __future__ import annotations

from pathlib import Path

from fastapi import Response

from shared.auth import Caller
from shared.db import Database
from shared.subgraph_app import SubgraphApp
from subgraphs.users.keys import SigningKeys
from subgraphs.users.loaders import UsersContext
from subgraphs.users.passwords import Passwords
from subgraphs.users.schema import graph
from subgraphs.users.service.accounts import Accounts
from subgraphs.users.service.sign_in import SignIn
from subgraphs.users.settings import UsersSettings

MIGRATIONS = Path(__file__).parent / "migrations"


def create(settings: UsersSettings) -> SubgraphApp:
    """The subgraph, ready to start."""
    keys = SigningKeys(settings.signing_keys)
    passwords = Passwords(settings)
    accounts = Accounts(passwords)
    sign_in = SignIn(settings, keys, passwords)

    def make_context(database: Database, caller: Caller, writes: bool) -> UsersContext:
        return UsersContext(database, caller, writes=writes, accounts=accounts, sign_in=sign_in)

    async def jwks() -> Response:
        return Response(keys.public_json(), media_type="application/json", headers={"cache-control": "max-age=300"})

    app = SubgraphApp(settings, graph=graph, make_context=make_context, migrations=MIGRATIONS, on_start=keys.open)
    app.asgi.add_api_route("/.well-known/jwks.json", jwks)
    return app
