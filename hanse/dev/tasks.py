"""What the process of a Python subgraph serves: a subgraph of a project, or an application by its module.

A task is made by `hanse dev`, and runs in the process: only there it imports the kit, or the user's code.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hanse.extras import missing_extra
from hanse.imported import imported
from hanse.serving import ServerCallbacks, address_of, serve
from hanse.supergraph_config import fetch_sdl
from hanse_wire.command_line import CommandError
from hanse_wire.server_settings import DEFAULT_SERVER_SETTINGS

PATH = "/graphql"
SDL_SECONDS = 10.0  # timeout of an application that is asked for its SDL


class Starting(Protocol):
    """Who waits for a process to serve: one of both is called, once."""

    def serves(self, sdl: str) -> None:
        """It serves; this is its SDL."""

    def fails(self, reason: str) -> None:
        """It cannot serve."""


class ChildTask(Protocol):
    """What a process serves."""

    @property
    def name(self) -> str:
        """The subgraph's name."""

    @property
    def folder(self) -> Path:
        """The folder of its code."""

    @property
    def path(self) -> str:
        """The path of its GraphQL."""

    def serve(self, listener: socket.socket, starting: Starting) -> None:
        """Serve until SIGTERM. Raises CommandError when it cannot, and what the user's code raises."""


@dataclass(frozen=True, slots=True)
class ProjectTask:
    """A subgraph of the project in a folder, with its data in another."""

    name: str
    folder: Path
    data: Path
    path: str = PATH

    def serve(self, listener: socket.socket, starting: Starting) -> None:
        """Serve until SIGTERM. Raises CommandError when it cannot, and what the subgraph's code raises."""
        from hanse.project import find_project
        from hanse_subgraph.http import http_app  # the kit

        app = find_project(self.folder).subgraph(self.name).create({"data_dir": self.data})
        callbacks = ServerCallbacks(lambda: starting.serves(app.sdl), app.drain)
        serve(http_app(app), [listener], app.settings.server, callbacks)


@dataclass(frozen=True, slots=True)
class AppTask:
    """An ASGI application or a Strawberry schema: a `module:attribute` in a folder, with GraphQL at a path."""

    name: str
    folder: Path
    target: str
    path: str

    def serve(self, listener: socket.socket, starting: Starting) -> None:
        """Serve until SIGTERM. Raises CommandError when it cannot, and what the application's code raises."""
        sys.path.insert(0, str(self.folder))
        app = _application(imported(self.target, subgraph=self.name, see="schema.python in supergraph.yaml"), self)
        url = f"{address_of(listener)}{self.path}"
        asking = threading.Thread(target=self._ask_for_sdl, args=(url, starting), daemon=True)
        serve(app, [listener], DEFAULT_SERVER_SETTINGS, ServerCallbacks(asking.start), lifespan="auto")

    def _ask_for_sdl(self, url: str, starting: Starting) -> None:
        """Request the SDL as any client does; the process ends when there is none."""
        try:
            starting.serves(fetch_sdl(self.name, url, {}, SDL_SECONDS))
        except CommandError as error:
            starting.fails(error.message)
            os.kill(os.getpid(), signal.SIGTERM)


def _application(found: Any, task: AppTask) -> Any:
    """The ASGI application: what was found, or that of a Strawberry schema."""
    if callable(found):
        return found
    try:
        from strawberry import Schema
        from strawberry.asgi import GraphQL
    except ModuleNotFoundError as error:
        needed = missing_extra(error, f"schema.python of {task.name}")
        raise CommandError(needed or f"subgraph {task.name}: {error}") from error
    if isinstance(found, Schema):
        return GraphQL[None, None](found)
    raise CommandError(f"subgraph {task.name}: {task.target} is neither an ASGI application nor a Strawberry schema")
