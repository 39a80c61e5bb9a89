"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text file by way of a temporary file beside it, so that no reader sees a part. Raises OSError.

    Keeps the mode of a file that exists, and a symbolic link to it. What is no regular file, such as /dev/stdout, is
    written directly.
    """
    path = path.resolve()
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        path.write_text(text, encoding="utf-8")
        return
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask() if mode is None else stat.S_IMODE(mode))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
