"""Other applications beside the router, each under a path of its own, on the router's port."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from hanse.lifespan import AsgiApp, Receive, Send


class Mounted:
    """An ASGI application, with others that serve what lies at or under certain paths.

    The lifespan is the first one's alone. Each other is made with the first request for it, because most are never
    asked for and start-up should not wait for them.
    """

    def __init__(self, app: AsgiApp, mounts: Mapping[str, Callable[[], AsgiApp]]) -> None:
        """`mounts` makes the applications, by path, such as `/files`; they see the whole path."""
        self._app = app
        self._mounts = mounts
        self._made: dict[str, AsgiApp] = {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""
        await self._chosen(scope)(scope, receive, send)

    def _chosen(self, scope: MutableMapping[str, Any]) -> AsgiApp:
        if scope["type"] == "http":
            for prefix, make in self._mounts.items():
                if scope["path"] == prefix or scope["path"].startswith(f"{prefix}/"):
                    if prefix not in self._made:
                        self._made[prefix] = make()
                    return self._made[prefix]
        return self._app
