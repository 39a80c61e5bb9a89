"""`hanse up`: the router and every subgraph in one process, on files in one folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click

from hanse.data_folder import open_data_folder
from hanse.demo import fill_demo
from hanse.failures import Failure
from hanse.lifespan import AsgiApp, Surrounded
from hanse.mounts import Mounted
from hanse.platform import SUBGRAPHS
from hanse.router import load_router_settings
from hanse.serving import address_of, listen, serve
from hanse.welcome import FIRST_QUERY, welcome
from hanse_router.app import Router, create_router
from hanse_schema.compose import compose
from hanse_schema.subgraph.model import SubgraphSource
from hanse_subgraph.demo import Week
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.settings import SettingsError

PUBLIC_URL = "HANSE_MEDIA_PUBLIC_URL"  # where files are, if not on the router's port


def run_platform(*, host: str, port: int, data: Path, demo: bool) -> None:
    """Serve the whole platform until told to stop. Raises Failure where port, folder or a setting is wrong."""
    listener = listen(host, port)
    folder = open_data_folder(data)
    url = address_of(listener)
    subgraphs = create_subgraphs(folder, url)
    router = embedded_router(subgraphs, folder)
    app = Surrounded(
        Mounted(router, {"/files": lambda: _http_app(subgraphs["media"])}),
        start=lambda: _start(subgraphs, folder, demo=demo),
        stop=lambda: _stop(subgraphs),
    )
    serve(app, listener, lambda: click.echo(welcome(url=url, data=folder, demo=demo)), on_stopping=router.drain)


def create_subgraphs(folder: Path, url: str | None = None) -> dict[str, SubgraphApp]:
    """Every subgraph of the platform, by name, keeping its files in the folder.

    `url` is where the platform is reached; files are there too, unless the environment says otherwise.
    """
    given: dict[str, dict[str, str]] = {}
    if url is not None and PUBLIC_URL not in os.environ:
        given["media"] = {"public_url": url}
    return {name: subgraph.create({"data_dir": folder, **given.get(name, {})}) for name, subgraph in SUBGRAPHS.items()}


def compose_platform(subgraphs: dict[str, SubgraphApp], url_of: Callable[[str], str]) -> str:
    """The supergraph SDL of the platform's own subgraphs. Raises Failure where they do not compose."""
    composition = compose([SubgraphSource(name=name, url=url_of(name), sdl=app.sdl) for name, app in subgraphs.items()])
    if composition.sdl is None:
        raise Failure(f"the platform's subgraphs do not compose: {'; '.join(map(str, composition.errors))}")
    return composition.sdl


def embedded_router(subgraphs: dict[str, SubgraphApp], folder: Path) -> Router:
    """The router over subgraphs of this process. Raises Failure where one of its settings is wrong."""
    keys = folder / "keys"
    settings = load_router_settings(
        None,
        {
            "jwt": {"jwks_urls": [(keys / "users-jwks.json").as_uri()]},
            "graphiql": {"default_query": FIRST_QUERY},
            "identity": {"key_file": keys / "router-signing.json", "jwks_file": keys / "router-jwks.json"},
        },
    )
    sdl = compose_platform(subgraphs, lambda name: f"local:{name}")
    try:
        return create_router(settings, sdl, local_endpoints=subgraphs)
    except SettingsError as error:
        raise Failure(str(error)) from error


def _http_app(subgraph: SubgraphApp) -> AsgiApp:
    from hanse_subgraph.http import http_app  # FastAPI takes long to import

    return http_app(subgraph)


async def _start(subgraphs: dict[str, SubgraphApp], folder: Path, *, demo: bool) -> None:
    if demo:
        await fill_demo(folder, Week())
    for app in subgraphs.values():
        await app.start()


async def _stop(subgraphs: dict[str, SubgraphApp]) -> None:
    for app in reversed(subgraphs.values()):
        await app.stop()
