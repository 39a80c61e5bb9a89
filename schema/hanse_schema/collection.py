"""Pauses Python's cyclic garbage collection while many long-lived objects are created."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Disable cyclic garbage collection within the block, then restore the previous state. Can be nested.

    Syntax trees are hundreds of thousands of long-lived objects, and traversing them repeatedly takes longer
    than creating them. Reference counting continues.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
