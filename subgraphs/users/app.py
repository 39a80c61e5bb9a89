"""The users subgraph, wired together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hanse_subgraph.auth import Caller
from hanse_subgraph.db import Database
from hanse_subgraph.declaration import TokenIssuer
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.subgraph_app import Runner, SubgraphApp
from subgraphs.users.keys import SigningKeys
from subgraphs.users.loaders import UsersContext
from subgraphs.users.models import Base
from subgraphs.users.schema import graph
from subgraphs.users.service import Identity
from subgraphs.users.service.revocation import Revocations
from subgraphs.users.settings import UsersSettings
from subgraphs.users.sweeper import Sweeper

if TYPE_CHECKING:
    from fastapi import FastAPI

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def token_issuer(app: SubgraphApp) -> TokenIssuer:
    """How access tokens of this subgraph are verified in its own process."""
    settings = app.settings
    assert isinstance(settings, UsersSettings)
    public_file = SigningKeys(settings.signing_keys).public_file
    return TokenIssuer(
        issuer=settings.issuer,
        audience=settings.audience,
        jwks_file=public_file,
        revocations=partial(Revocations(settings).document, app.database),
    )


def create(settings: UsersSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start."""
    keys = SigningKeys(settings.signing_keys)
    identity = Identity(settings, keys, platform)

    def make_context(database: Database, caller: Caller, writes: bool) -> UsersContext:
        return UsersContext(database, caller, writes=writes, identity=identity)

    def add_routes(asgi: FastAPI) -> None:
        from subgraphs.users.routes import token_routes  # embedded mode starts sooner without FastAPI

        asgi.include_router(token_routes(keys, partial(identity.revocations.document, app.database)))

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        keys.open()
        yield

    def runners(database: Database) -> list[Runner]:
        return [Sweeper(database, timedelta(minutes=settings.failure_window_minutes))]

    app = SubgraphApp(
        settings,
        graph=graph,
        make_context=make_context,
        migrations=MIGRATIONS,
        platform=platform,
        around=opened,
        runners=runners,
        add_routes=add_routes,
    )
    return app
