"""How many rows one statement reads.

SQLAlchemy makes the objects of a result in one step of the event loop: a thousand rows take longer than other requests
may have to wait. Larger reads are divided into several statements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

MAX_ROWS = 200
"""Of one statement: some milliseconds. The `max_batch_size` of data loaders that read a row for each key."""

T = TypeVar("T")


def batches(keys: Sequence[T], rows_per_key: int) -> Iterator[Sequence[T]]:
    """The keys in batches, each for one statement that reads so many rows for each of them."""
    size = max(1, MAX_ROWS // rows_per_key)
    return (keys[start : start + size] for start in range(0, len(keys), size))
