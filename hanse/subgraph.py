"""`hanse subgraph NAME`: one subgraph alone, over HTTP and WebSocket."""

from __future__ import annotations

import click

from hanse.platform import platform_subgraph
from hanse.serving import address_of, listen, serve


def run_subgraph(*, name: str, host: str, port: int | None, drain: float = 0.0) -> None:
    """Serve the subgraph until told to stop, on its usual port where none is given.

    Raises Failure where the name, a setting or the port is wrong.
    """
    subgraph = platform_subgraph(name)
    listener = listen(host, subgraph.port if port is None else port)
    app = subgraph.create()
    url = address_of(listener)

    def tell() -> None:
        click.echo(f"subgraph {name} answers the router on {url}/graphql")

    from hanse_subgraph.http import http_app

    serve(http_app(app), listener, tell, on_stopping=app.drain, drain=drain)
