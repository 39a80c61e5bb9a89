"""Taking turns at one SQLite file: whoever holds the lock on a file beside it relays, whatever process it is in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: then several may relay the same event, and each consumer's inbox makes it count once
    fcntl = None  # type: ignore[assignment]


@contextmanager
def relay_lock(path: str | None) -> Iterator[bool]:
    """Whether it is ours while the block runs; without waiting. A database in memory is ours alone."""
    if fcntl is None or not path or path == ":memory:":
        yield True
        return
    descriptor = os.open(Path(f"{path}.relay"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
