"""How the fixtures of real servers start them, and what a missing one means."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from deploy.servers.base import Server, ServerMissing, ServerProcess


def serve(server: Server, logs: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Run the server while the fixture lives. Where its program is missing: fail in CI, skip elsewhere."""
    process = ServerProcess(server, logs.mktemp("logs") / f"{server.name}.log")
    try:
        process.start()
    except ServerMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    try:
        yield process
    finally:
        process.stop()
