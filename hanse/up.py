"""`hanse up`: the router and every subgraph in one process, on files in one folder."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from hanse.data_folder import locked_data_folder, watch_data_folder
from hanse.demo import demo_data, run_demo
from hanse.lifespan import AsgiApp, StartAndStop
from hanse.path_dispatch import PathDispatch
from hanse.project import Project
from hanse.published import compose_project
from hanse.router import describe_environment, load_router_settings, operations_listener
from hanse.serving import ServerCallbacks, address_of, listen, serve
from hanse.yaml_file import read_text
from hanse_router.app import Router, create_router
from hanse_router.identity.revocations import LocalRevocations
from hanse_router.settings import RouterSettings
from hanse_subgraph.declaration import TokenIssuer
from hanse_subgraph.demo import DemoWeek
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.command_line import CommandError
from hanse_wire.settings import SettingsError

PAGE = """
Hanse is up. Ctrl-C stops it.

  GraphQL         {url}/graphql   (HTTP and WebSocket)
  Health          {url}/health/ready
  Metrics         {url}/metrics
  Data            {data}
"""
GRAPHIQL = "  GraphiQL        {url}/\n"


def run_platform(project: Project, *, host: str, port: int, data: Path, demo: bool) -> None:
    """Serve the whole project until SIGINT or SIGTERM; first fill empty databases with demo data.

    Raises CommandError when port, folder or a setting is wrong.
    """
    listener = listen(host, port)
    with locked_data_folder(data) as folder:
        _serve(project, listener, folder, demo=demo)


def _serve(project: Project, listener: socket.socket, folder: Path, *, demo: bool) -> None:
    url = address_of(listener)
    subgraphs = create_subgraphs(project, folder, url)
    router = embedded_router(project, subgraphs, folder)
    others = {
        path: partial(_http_app, subgraphs[name])
        for name, subgraph in project.subgraphs.items()
        for path in subgraph.declared.paths
    }
    running = RunningSubgraphs(subgraphs, folder, on_deleted=router.drain)
    app = StartAndStop(PathDispatch(router, others), start=running.start, stop=running.stop)
    if demo:
        run_demo(project, folder, DemoWeek())

    def announce() -> None:
        page = PAGE + GRAPHIQL if router.engine.settings.graphiql.enabled else PAGE
        logins = [data.logins for data in demo_data(project).values()] if demo else []
        click.echo("".join([page.format(url=url, data=folder), *logins]))
        click.echo(f"{describe_environment(router.engine.settings)}, demo data {'on' if demo else 'off'}")

    settings = router.engine.settings
    callbacks = ServerCallbacks(announce, router.drain, router.count_refusal)
    serve(app, [listener, *operations_listener(settings)], settings.server, callbacks)


def create_subgraphs(project: Project, folder: Path, url: str | None = None) -> dict[str, SubgraphApp]:
    """Every subgraph of the project, by name, with its files in the folder. `url` is where clients reach them."""
    return {name: subgraph.create({"data_dir": folder}, url=url) for name, subgraph in project.subgraphs.items()}


def token_issuers(project: Project, subgraphs: dict[str, SubgraphApp]) -> list[TokenIssuer]:
    """The subgraphs that issue access tokens."""
    declared = {name: subgraph.declared.token_issuer for name, subgraph in project.subgraphs.items()}
    return [describe(subgraphs[name]) for name, describe in declared.items() if describe is not None]


def embedded_router(project: Project, subgraphs: dict[str, SubgraphApp], folder: Path) -> Router:
    """The router over subgraphs of this process. Raises CommandError when one of its settings is wrong."""
    issuers = token_issuers(project, subgraphs)
    settings = project_router_settings(project, issuers, folder)
    composition = compose_project({name: app.sdl for name, app in subgraphs.items()}, lambda name: f"local:{name}")
    assert composition.sdl is not None
    revocations = {one.issuer: LocalRevocations(one.revocations) for one in issuers}
    try:
        return create_router(settings, composition.sdl, local_endpoints=subgraphs, revocations=revocations)
    except SettingsError as error:
        raise CommandError(str(error)) from error


def project_router_settings(
    project: Project, issuers: Sequence[TokenIssuer], folder: Path, config: Path | None = None
) -> RouterSettings:
    """The settings of a router whose subgraphs have their files in the folder; `config` is a router.yaml.

    Raises CommandError when one is wrong.
    """
    keys = folder / "keys"
    query = project.config.first_query
    return load_router_settings(
        config,
        {
            "jwt": {
                "issuers": [
                    {"issuer": one.issuer, "audiences": [one.audience], "jwks_url": one.jwks_file.as_uri()}
                    for one in issuers
                ]
            },
            "graphiql": {"default_query": read_text(project.folder / query)} if query is not None else {},
            "identity": {"key_file": keys / "router-signing.json", "jwks_file": keys / "router-jwks.json"},
        },
    )


def _http_app(subgraph: SubgraphApp) -> AsgiApp:
    from hanse_subgraph.http import http_app  # FastAPI takes long to import

    return http_app(subgraph)


class RunningSubgraphs:
    """The subgraphs of this process, and the task that watches their data folder."""

    def __init__(self, subgraphs: dict[str, SubgraphApp], folder: Path, *, on_deleted: Callable[[], None]) -> None:
        self._subgraphs = subgraphs
        self._folder = folder
        self._on_deleted = on_deleted
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start every subgraph. Raises SettingsError."""
        for app in self._subgraphs.values():
            await app.start()
        self._watch = asyncio.create_task(watch_data_folder(self._folder, self._on_deleted))

    async def stop(self) -> None:
        """Stop every subgraph."""
        if self._watch is not None:
            self._watch.cancel()
        for app in reversed(self._subgraphs.values()):
            await app.stop()
