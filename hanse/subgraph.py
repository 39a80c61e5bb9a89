"""`hanse subgraph NAME`: one subgraph alone, over HTTP and WebSocket."""

from __future__ import annotations

import click

from hanse.project import Project
from hanse.serving import ServerCallbacks, address_of, listen, serve
from hanse_subgraph.http import http_app


def run_subgraph(project: Project, name: str, *, host: str, port: int | None, drain: float = 0.0) -> None:
    """Serve the subgraph until SIGINT or SIGTERM; on its usual port when none is given.

    Raises CommandError when the name, a setting or the port is wrong.
    """
    subgraph = project.subgraph(name)
    listener = listen(host, subgraph.port if port is None else port)
    app = subgraph.create()
    url = address_of(listener)

    def announce() -> None:
        click.echo(f"subgraph {name} answers the router on {url}/graphql")

    serve(http_app(app), [listener], app.settings.server, ServerCallbacks(announce, app.drain), drain=drain)
