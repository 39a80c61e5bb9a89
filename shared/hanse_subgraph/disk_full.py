"""Says in the log that a database has no room left: one line that names its setting, and again while it lasts."""

from __future__ import annotations

import logging
import time

from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from hanse_subgraph.db_errors import is_disk_full

log = logging.getLogger(__name__)
AGAIN_SECONDS = 60.0


class DiskFullLog:
    """Listens to what fails on the engines of one database."""

    def __init__(self, setting: str) -> None:
        self._setting = setting or "the database"
        self._told = -AGAIN_SECONDS

    def watch(self, engine: AsyncEngine) -> None:
        """Listen to this engine."""
        event.listen(engine.sync_engine, "handle_error", self._note)

    def _note(self, context: ExceptionContext) -> None:
        if is_disk_full(context.sqlalchemy_exception) and time.monotonic() - self._told >= AGAIN_SECONDS:
            self._told = time.monotonic()
            log.error("%s: its disk is full; make room: until then changes are refused, and events wait", self._setting)
