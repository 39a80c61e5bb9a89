"""Files and folders that only their owner may read: modes 0600 and 0700, whatever the umask."""

from __future__ import annotations

import os
from pathlib import Path

OTHERS = 0o077  # the permissions of group and others
SQLITE_FILES = ("", "-wal", "-shm", "-journal")


def create_private_folder(folder: Path) -> None:
    """Create a folder and those above it that are missing; existing ones keep their mode. Raises OSError."""
    if folder.is_dir():
        return
    create_private_folder(folder.parent)
    try:
        folder.mkdir(mode=0o700)
        folder.chmod(0o700)
    except FileExistsError:  # another process created it in the meantime, or it is a file
        if not folder.is_dir():
            raise


def make_private(path: Path) -> None:
    """Take the permissions of group and others from a file or folder of ours that exists. Raises OSError."""
    if os.name != "posix":
        return
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    if found.st_mode & OTHERS and found.st_uid == os.geteuid():
        path.chmod(found.st_mode & ~OTHERS & 0o777)


def create_private_database(file: Path) -> None:
    """Create the empty file of a SQLite database, or make it and its companions private. Raises OSError.

    An existing file is not opened: to close it would drop the locks that SQLite holds on it in this process.
    """
    create_private_folder(file.parent)
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        for suffix in SQLITE_FILES:
            make_private(file.with_name(file.name + suffix))
