"""Watches the supergraph's file and puts a new supergraph in service; a wrong one is logged and the old one stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from hanse_router.telemetry.metrics import Metrics
from hanse_schema.supergraph import InvalidSupergraphError
from hanse_wire.settings import SettingsError

log = logging.getLogger("hanse_router.reload")

Stamp = tuple[int, int, int]


class FileWatch:
    """Watches a file while the router runs."""

    def __init__(
        self, path: Path, reload: Callable[[str], Awaitable[None]], *, current: str, seconds: float, metrics: Metrics
    ) -> None:
        self._watching = partial(watch, path, reload, current=current, seconds=seconds, metrics=metrics)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watching(), name="watch the supergraph")

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def state(self) -> dict[str, object]:
        """What `/health/ready` says of it: nothing."""
        return {}


async def watch(
    path: Path, reload: Callable[[str], Awaitable[None]], *, current: str, seconds: float, metrics: Metrics
) -> None:
    """Look at the file for ever, every so many seconds; call `reload` with each new text of it."""
    stamp: Stamp | None = None
    while True:
        seen = _stamp(path)
        if seen is not None and seen != stamp:
            stamp = seen
            try:
                text = await asyncio.to_thread(path.read_text, encoding="utf-8")
                if text != current:
                    await reload(text)
                    current = text
                    metrics.reloads.labels("ok").inc()
                    log.warning("the supergraph was reloaded from %s", path)
            except (OSError, UnicodeDecodeError, InvalidSupergraphError, SettingsError) as error:
                metrics.reloads.labels("failed").inc()
                log.error("the supergraph in %s was not reloaded: %s", path, error)
            except Exception:
                metrics.reloads.labels("failed").inc()
                log.exception("the supergraph in %s was not reloaded", path)
        await asyncio.sleep(seconds)


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None  # in the middle of being replaced
    return status.st_mtime_ns, status.st_size, status.st_ino
