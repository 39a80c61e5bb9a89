"""`hanse registry`: serve it, and create, list and revoke its API keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from hanse.registry.errors import RegistryError
from hanse.registry.server.app import RegistryApp, open_database, prepare_database
from hanse.registry.server.graphql_http import registry_error
from hanse.registry.server.http import http_app
from hanse.registry.server.settings import RegistrySettings
from hanse.serving import ServerCallbacks, address_of, listen, serve
from hanse_subgraph.db_errors import DatabaseUnreachable
from hanse_wire.command_line import CommandError
from hanse_wire.environment import current_environment

Result = TypeVar("Result")


def load_settings(*, data: Path, database: str | None) -> RegistrySettings:
    """The settings from the environment and from options. Raises SettingsError."""
    given: dict[str, Any] = {"data_dir": data}
    if database is not None:
        given["database_url"] = database
    return RegistrySettings.load(**given)


def run_registry(settings: RegistrySettings, *, host: str, port: int, drain: float) -> None:
    """Serve the registry until SIGINT or SIGTERM. Raises CommandError and SettingsError."""
    listener = listen(host, port)
    app = RegistryApp(settings)
    url = address_of(listener)
    graphiql = f", GraphiQL on {url}/graphiql" if settings.graphiql else ""
    pages = f", pages on {url}/" if settings.pages else ""
    signed = "signed" if settings.signing_key_file is not None else "not signed"

    def announce() -> None:
        click.echo(f"environment {current_environment()}; supergraphs are {signed}")
        click.echo(f"registry answers on {url}/graphql{pages}{graphiql}")

    serve(http_app(app), [listener], settings.server, ServerCallbacks(announce, app.drain), drain=drain)


def with_session(settings: RegistrySettings, act: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """The result of an action in a transaction on the registry's database, which is migrated first.

    Raises CommandError and SettingsError.
    """

    async def run() -> Result:
        database = open_database(settings)
        try:
            await prepare_database(database, migrate=settings.migrate_on_start)
            async with database.writing() as session:
                return await act(session)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (RegistryError, SQLAlchemyError, DatabaseUnreachable) as error:
        raise CommandError(str(registry_error(error))) from error
