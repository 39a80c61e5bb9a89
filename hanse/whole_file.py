"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
    kept = 0o666 & ~_umask() if mode is None else stat.S_IMODE(mode)
    with temporary_beside(path, text.encode(), kept) as temporary:
        os.replace(temporary, path)


@contextmanager
def temporary_beside(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A complete file on the disk in the folder of `path`, deleted at the end if it is still there. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
