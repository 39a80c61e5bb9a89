"""Changes of files: watchfiles' events where the extra `dev` is installed, else a look at them every 0.1 s.

An event is only a reason to compare the files' stamps with those of the last time, so that a change counts once,
however an editor writes it: in place, by a rename, or by a deletion before it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

POLL_SECONDS = 0.1
CHECK_SECONDS = 0.5  # between two looks without an event: for new folders, and file systems that report nothing
SETTLE_SECONDS = 0.02  # a file whose stamp does not change for so long is written
MAX_SETTLE_SECONDS = 0.3

Stamp: TypeAlias = tuple[int, int, int]
Listing: TypeAlias = Callable[[], Iterable[Path]]
WakeUps: TypeAlias = Callable[[frozenset[Path]], AsyncGenerator[object, None]]


@dataclass(frozen=True, slots=True)
class Change:
    """Files that were created, changed or deleted, and when, in seconds since the epoch."""

    paths: frozenset[Path]
    at: float


async def poll(folders: frozenset[Path]) -> AsyncGenerator[object, None]:
    """Wake up every 0.1 s."""
    while True:
        await asyncio.sleep(POLL_SECONDS)
        yield None


async def file_events(folders: frozenset[Path]) -> AsyncGenerator[object, None]:
    """Wake up at each event in the folders, and every 0.5 s. Raises ModuleNotFoundError without the extra `dev`."""
    from watchfiles import awatch

    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    events = awatch(
        *folders,
        watch_filter=None,
        recursive=False,
        step=10,
        debounce=100,
        rust_timeout=int(CHECK_SECONDS * 1000),
        yield_on_timeout=True,
    )
    async for event in events:
        yield event


def best_wake_ups() -> WakeUps:
    """File events where the extra `dev` is installed, else polling."""
    try:
        import watchfiles  # noqa: F401
    except ModuleNotFoundError:
        return poll
    return file_events


async def changes(listing: Listing, wake_ups: WakeUps) -> AsyncGenerator[Change, None]:
    """The changes of the files that `listing` names, which may be others each time, and need not exist."""
    known = await asyncio.to_thread(_stamps, listing)
    while True:
        folders = _folders(known)
        async with aclosing(wake_ups(folders) if folders else poll(folders)) as events:
            async for _ in events:
                found = await asyncio.to_thread(_stamps, listing)
                if found != known:
                    found = await _settled(found, listing)
                    yield Change(_differing(known, found), _moment(known, found))
                    known = found
                if _folders(known) != folders:
                    break


async def _settled(stamps: Mapping[Path, Stamp], listing: Listing) -> Mapping[Path, Stamp]:
    """The stamps once they do not change any more."""
    deadline = time.monotonic() + MAX_SETTLE_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(SETTLE_SECONDS)
        found = await asyncio.to_thread(_stamps, listing)
        if found == stamps:
            break
        stamps = found
    return stamps


def _stamps(listing: Listing) -> Mapping[Path, Stamp]:
    found = {}
    for path in listing():
        try:
            status = path.stat()
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def _folders(stamps: Mapping[Path, Stamp]) -> frozenset[Path]:
    return frozenset(path.parent for path in stamps)


def _differing(before: Mapping[Path, Stamp], after: Mapping[Path, Stamp]) -> frozenset[Path]:
    return frozenset(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _moment(before: Mapping[Path, Stamp], after: Mapping[Path, Stamp]) -> float:
    """When the last file was written, as far as its stamp says; for files that were moved here, now."""
    now = time.time()
    written = [after[path][0] / 1e9 for path in _differing(before, after) if path in after]
    moment = max(written, default=now)
    return moment if now - 5.0 < moment <= now else now
