"""Pauses Python's cyclic garbage collection while many long-lived objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Collect no cyclic garbage within; afterwards, what was before. Can be nested.

    Syntax trees are hundreds of thousands of objects that stay, and looking through them again and again takes longer
    than making them. Reference counting goes on.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
