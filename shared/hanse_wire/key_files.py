"""Files with secrets: written atomically, readable by their owner only (mode 0600)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hanse_wire.private_files import create_private_folder


def read_or_create(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of a file. A missing one is created with what `make` returns, and the folders above it.

    Where two processes create it at the same time, both get the content of the first. Raises OSError.
    """
    if not path.exists():
        with _temporary_file(path, make()) as temporary:
            try:
                os.link(temporary, path)
            except FileExistsError:
                pass  # another process created it in the meantime
    return path.read_bytes()


def write_key_file(path: Path, content: bytes) -> None:
    """Replace the content of a file, or create it; readers see the old content or the new. Raises OSError."""
    with _temporary_file(path, content) as temporary:
        os.replace(temporary, path)


def write_if_changed(path: Path, content: bytes) -> None:
    """Write the file unless it has this content already. Raises OSError."""
    if not path.exists() or path.read_bytes() != content:
        write_key_file(path, content)


@contextmanager
def _temporary_file(path: Path, content: bytes) -> Iterator[Path]:
    """A complete file with mode 0600 in the folder of `path`, deleted at the end if it is still there."""
    create_private_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # creates it with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
