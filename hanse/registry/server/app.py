"""The registry server as a running thing: its database, its service, and what runs beside the requests."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from hanse.registry.server.graphql_schema import make_schema
from hanse.registry.server.metrics import RegistryMetrics
from hanse.registry.server.models import Base
from hanse.registry.server.service import RegistryService
from hanse.registry.server.settings import RegistrySettings
from hanse.registry.signing_files import read_signing_key
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.db import Database
from hanse_subgraph.db_engines import Limits
from hanse_subgraph.db_errors import DatabaseUnreachable, reason
from hanse_subgraph.migrate import Migrations, require_newest, upgrade
from hanse_subgraph.timeouts import set_within

log = logging.getLogger(__name__)
MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata, with_events=False)
CLEANUP_SECONDS = 3600.0


class RegistryApp:
    """The registry. `http.http_app` serves it."""

    def __init__(self, settings: RegistrySettings, *, now: Clock = utc_now) -> None:
        """Raises SettingsError where the database's URL or the signing key is wrong."""
        self.settings = settings
        self.database = open_database(settings)
        self.metrics = RegistryMetrics()
        self.service = RegistryService(self.database, settings, now=now, metrics=self.metrics)
        self.signing_key = (
            read_signing_key(settings.signing_key_file, settings.setting("signing_key_file"))
            if settings.signing_key_file is not None
            else None
        )
        self.schema = make_schema(introspection=settings.introspection)
        self.is_ready = False
        self._stopping = asyncio.Event()
        self._cleanup: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring the tables up to date, and begin to delete what is older than its retention. Raises SettingsError."""
        try:
            await prepare_database(self.database, migrate=self.settings.migrate_on_start)
        except BaseException:
            await self.database.close()
            raise
        self._cleanup = asyncio.create_task(self._delete_old(), name="retention of the registry")
        self.is_ready = True

    async def stop(self) -> None:
        """Stop what `start` began."""
        self.is_ready = False
        self._stopping.set()
        if self._cleanup is not None:
            await self._cleanup
        await self.database.close()

    def drain(self) -> None:
        """Prepare to stop: become not ready. Requests are still served."""
        self.is_ready = False

    async def _delete_old(self) -> None:
        while True:
            try:
                await self.service.delete_old()
            except (SQLAlchemyError, DatabaseUnreachable, OSError) as error:
                log.warning("could not delete old usage, checks and schemas: %s", reason(error))
            if await set_within(self._stopping, CLEANUP_SECONDS):
                return


def open_database(settings: RegistrySettings) -> Database:
    """The registry's database. Raises SettingsError when its URL is wrong."""
    limits = Limits(pool_size=settings.database_pool_size)
    return Database(settings.database, limits=limits, setting=settings.setting("database_url"))


async def prepare_database(database: Database, *, migrate: bool) -> None:
    """Bring the tables up to date, or require that they are. Raises SettingsError."""
    if migrate:
        await upgrade(database, MIGRATIONS)
    else:
        await require_newest(database, MIGRATIONS)
