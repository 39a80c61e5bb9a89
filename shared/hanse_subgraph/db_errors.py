"""Classifies database errors: whether the transaction can be retried, and the client's error.

The codes are PostgreSQL's (Appendix A, "Error Codes"); SQLite's errors are distinguished by their messages.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import takewhile

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hanse_subgraph.errors import Busy, ClientError, Unavailable
from hanse_wire.backoff import Backoff

LOST_A_RACE = ("40001", "40P01")  # serialization_failure, deadlock_detected: nothing was kept
TOO_SLOW = ("57014", "55P03")  # query_canceled, lock_not_available
DISK_FULL = "53100"
AWAY = ("08", "57P", "25P03", "53")  # connection exceptions, shutdown, idle in a transaction, no resources

RETRY_SECONDS = 3.0
BACKOFF = Backoff(first=0.01, maximum=0.5)


class DatabaseUnreachable(Exception):
    """No connection could be made."""


def retry_delays() -> Iterator[float]:
    """Seconds to wait before each retry: growing, with jitter, until RETRY_SECONDS have passed."""
    deadline = time.monotonic() + RETRY_SECONDS
    return takewhile(lambda _: time.monotonic() < deadline, BACKOFF.delays())


def is_serialization_failure(error: BaseException | None) -> bool:
    """Whether the transaction was rolled back because of a conflict: it can be retried, even after a failed commit."""
    return _sqlstate(error) in LOST_A_RACE


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database is unreachable or full: work can be retried before its commit."""
    if isinstance(error, DatabaseUnreachable) or _is_full(error):
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error).startswith(AWAY))


def is_disk_full(error: BaseException | None) -> bool:
    """Whether the disk is full."""
    return _sqlstate(error) == DISK_FULL or (_is_full(error) and "disk is full" in str(error))


def client_error(error: BaseException | None) -> ClientError | None:
    """The client's error for a database error; None for other errors."""
    is_timeout = isinstance(error, PoolTimeout) or _sqlstate(error) in TOO_SLOW or _is_locked(error)
    if is_timeout or is_serialization_failure(error):
        return Busy()
    if is_unavailable(error) or isinstance(error, TimeoutError):
        return Unavailable()
    return None


def reason(error: BaseException) -> str:
    """The error in one line; that of the driver, without the statement and its values."""
    lines = str(getattr(error, "orig", None) or error).splitlines()
    return re.sub(r"^<class [^>]*>: ", "", lines[0]) if lines else type(error).__name__


def _sqlstate(error: BaseException | None) -> str:
    return getattr(error.orig, "sqlstate", None) or "" if isinstance(error, DBAPIError) else ""


def _is_locked(error: BaseException | None) -> bool:
    return isinstance(error, DBAPIError) and "database is locked" in str(error.orig)


def _is_full(error: BaseException | None) -> bool:
    message = str(error.orig) if isinstance(error, DBAPIError) else ""
    return any(words in message for words in ("disk is full", "disk I/O error", "unable to open database file"))
