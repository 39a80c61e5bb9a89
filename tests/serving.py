"""How the fixtures of real servers start them, and what a missing one means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from deploy.servers.base import Server, ServerMissing, ServerProcess


def serve(server: Server, logs: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Run the server while the fixture lives. Where its program is missing: fail in CI, skip elsewhere."""
    process = ServerProcess(server, logs.mktemp("logs") / f"{server.name}.log")
    try:
        process.start()
    except ServerMissing as missing:
        do_without(missing)
    try:
        yield process
    finally:
        process.stop()


def do_without(missing: ServerMissing) -> NoReturn:
    """Say what is missing: a failure in CI, a skipped test elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(str(missing))
    pytest.skip(str(missing))
