"""The media subgraph, wired together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hanse_subgraph.auth import Caller, RouterTokens, open_keys
from hanse_subgraph.config import setting
from hanse_subgraph.db import Database
from hanse_subgraph.migrate import Migrations
from hanse_subgraph.platform import STANDALONE, Platform
from hanse_subgraph.storage.open import open_store
from hanse_subgraph.storage.signing import Secret
from hanse_subgraph.subgraph_app import Runner, SubgraphApp
from subgraphs.media.consumers import handlers
from subgraphs.media.images import Pictures
from subgraphs.media.ingestion import Ingester
from subgraphs.media.loaders import MediaContext
from subgraphs.media.models import Base
from subgraphs.media.schema import graph
from subgraphs.media.service import Library
from subgraphs.media.settings import MediaSettings
from subgraphs.media.sweeper import Sweeper
from subgraphs.media.uploads import Uploads

if TYPE_CHECKING:
    from fastapi import FastAPI

STORAGE_URL = "HANSE_MEDIA_STORAGE_URL"
MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)


def create(settings: MediaSettings, platform: Platform = STANDALONE) -> SubgraphApp:
    """The subgraph, ready to start."""
    secret = Secret(settings.signing_secret)
    with setting(STORAGE_URL):
        store = open_store(settings.storage, public_url=settings.public_url, secret=secret)
    pictures = Pictures(settings)
    library = Library(settings)
    uploads = Uploads(settings, library, Ingester(store, pictures, max_bytes=settings.max_file_bytes))
    tokens = RouterTokens(
        open_keys(settings.users_jwks), issuer=settings.users_issuer, audience=settings.users_audience
    )

    def make_context(database: Database, caller: Caller, writes: bool) -> MediaContext:
        return MediaContext(database, caller, writes=writes, library=library, uploads=uploads)

    def add_routes(asgi: FastAPI) -> None:
        from subgraphs.media.routes import add_file_routes  # embedded mode starts sooner without FastAPI

        add_file_routes(asgi, settings, library, uploads, tokens)

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            with setting(STORAGE_URL):
                await stack.enter_async_context(store.opened())
            stack.push_async_callback(pictures.close)
            yield

    def runners(database: Database) -> Sequence[Runner]:
        return [Sweeper(database, store, uploads.orphans, seconds=settings.sweep_seconds)]

    return SubgraphApp(
        settings,
        graph=graph,
        make_context=make_context,
        migrations=MIGRATIONS,
        platform=platform,
        handlers=handlers(library),
        around=opened,
        add_routes=add_routes,
        runners=runners,
    )
