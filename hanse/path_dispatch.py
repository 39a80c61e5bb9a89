"""Further applications on the router's port, each below a path of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from hanse.lifespan import AsgiApp, Receive, Send


class PathDispatch:
    """An ASGI application, with others that serve certain paths and everything below them.

    Only the first one gets the lifespan. Each other is made with the first request for it, so that start-up does not
    wait for it.
    """

    def __init__(self, app: AsgiApp, others: Mapping[str, Callable[[], AsgiApp]]) -> None:
        """`others` makes the applications, by path, such as `/files`. They get requests with the whole path."""
        self._app = app
        self._others = others
        self._made: dict[str, AsgiApp] = {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""
        await self._app_for(scope)(scope, receive, send)

    def _app_for(self, scope: MutableMapping[str, Any]) -> AsgiApp:
        if scope["type"] == "http":
            for path, make in self._others.items():
                if scope["path"] == path or scope["path"].startswith(f"{path}/"):
                    if path not in self._made:
                        self._made[path] = make()
                    return self._made[path]
        return self._app
