"""`hanse router`: the router alone, over any subgraphs."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hanse.serving import ServerCallbacks, address_of, listen, serve
from hanse.yaml_file import read_text
from hanse_router.app import Router, create_router
from hanse_router.registry.address import is_url
from hanse_router.settings import RouterSettings
from hanse_schema.supergraph import InvalidSupergraphError
from hanse_wire.command_line import CommandError
from hanse_wire.environment import current_environment
from hanse_wire.garbage import ROUTER_THRESHOLD, collect_after
from hanse_wire.settings import SettingsError


def run_router(*, supergraph: str, config: Path | None, host: str, port: int, drain: float = 0.0) -> None:
    """Serve the router until stopped. `supergraph` is a file or a URL.

    Raises CommandError if a file, the URL, a setting or the port is invalid.
    """
    listener = listen(host, port)
    settings = load_router_settings(config)
    app = _create(settings, supergraph)
    click.echo(describe_environment(settings))
    url = address_of(listener)

    def announce() -> None:
        collect_after(ROUTER_THRESHOLD)
        click.echo(f"router answers on {url}{settings.path}")

    serve(
        app,
        [listener, *operations_listener(settings)],
        settings.server,
        ServerCallbacks(announce, app.drain, app.count_refusal),
        drain=drain,
    )


def _create(settings: RouterSettings, supergraph: str) -> Router:
    """The router over a file or a URL. Raises CommandError."""
    try:
        if is_url(supergraph):
            return create_router(settings, None, supergraph_url=supergraph)
        file = Path(supergraph)
        return create_router(settings, read_text(file), supergraph_file=file)
    except InvalidSupergraphError as error:
        raise CommandError(f"{supergraph} is not a supergraph: {error}") from error
    except SettingsError as error:
        raise CommandError(str(error)) from error


def operations_listener(settings: RouterSettings) -> list[socket.socket]:
    """The socket of the operations port, where there is one. Raises CommandError when it cannot be used."""
    operations = settings.operations
    if operations.port is None:
        return []
    return [listen(operations.host, operations.port, option="the setting operations.port")]


def describe_environment(settings: RouterSettings) -> str:
    """One line: the environment, and what it decides unless settings do."""
    masked = settings.errors.mask if isinstance(settings.errors.mask, str) else "by subgraph"
    switches = {
        "GraphiQL": settings.graphiql.enabled,
        "introspection": settings.introspection,
        "suggestions": settings.suggestions,
    }
    states = [f"{name} {'on' if on else 'off'}" for name, on in switches.items()]
    return f"environment {current_environment()}: {', '.join(states)}, errors masked: {masked}"


def load_router_settings(config: Path | None, given: Mapping[str, Any] | None = None) -> RouterSettings:
    """The router's settings from the environment, a file and what is given. Raises CommandError where one is wrong."""
    try:
        return RouterSettings.load(config, **(given or {}))
    except SettingsError as error:
        raise CommandError(str(error)) from error
