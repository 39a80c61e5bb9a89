"""Applications beside the router, by path."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest

from hanse.lifespan import AsgiApp, Receive, Send
from hanse.path_dispatch import PathDispatch


def named(name: str, seen: list[str]) -> AsgiApp:
    """An application that records its requests."""

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        seen.append(name)

    return app


@pytest.mark.parametrize(
    ("scope", "served_by"),
    [
        ({"type": "http", "path": "/files"}, "files"),
        ({"type": "http", "path": "/files/objects/a"}, "files"),
        ({"type": "http", "path": "/filesystem"}, "router"),
        ({"type": "http", "path": "/graphql"}, "router"),
        ({"type": "http", "path": "/graphql/files"}, "router"),
        ({"type": "websocket", "path": "/files"}, "router"),
        ({"type": "lifespan"}, "router"),
    ],
)
async def test_each_path_is_served_by_its_application(scope: dict[str, Any], served_by: str) -> None:
    seen: list[str] = []
    app = PathDispatch(named("router", seen), {"/files": lambda: named("files", seen)})

    async def receive() -> MutableMapping[str, Any]:
        return {}

    async def send(_: MutableMapping[str, Any]) -> None:
        return

    await app(scope, receive, send)
    assert seen == [served_by]
