"""The data folder of a running platform: one process at a time, and not ready once the folder is deleted."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hanse_wire.command_line import CommandError, open_data_folder
from hanse_wire.private_files import make_private

LOCK = "hanse.lock"
WATCH_INTERVAL = 1.0  # seconds

log = logging.getLogger(__name__)


@contextmanager
def locked_data_folder(path: Path) -> Iterator[Path]:
    """Create the folder if it is missing, and lock it until the block ends. Yields its absolute path.

    Raises CommandError when it cannot be used, or another process has locked it.
    """
    folder = open_data_folder(path)
    if (folder / LOCK).exists():
        make_private(folder)  # a data folder of an older version
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(descriptor, 20).decode(errors="replace").strip()
            raise CommandError(
                f"the data folder {folder} is in use by process {owner or 'unknown'}: stop it, or give another folder "
                "with --data"
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield folder
    finally:
        os.close(descriptor)  # which releases the lock


async def watch_data_folder(folder: Path, on_deleted: Callable[[], None]) -> None:
    """Call `on_deleted` once, and log an error, when the folder no longer exists."""
    while _exists(folder):  # noqa: ASYNC110 - a deletion sends no event
        await asyncio.sleep(WATCH_INTERVAL)
    log.error("the data folder %s was deleted: this platform is not ready until it is restarted", folder)
    on_deleted()


def _exists(folder: Path) -> bool:
    return (folder / LOCK).exists()
