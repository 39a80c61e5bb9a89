"""The time, asked for in one place so that tests can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a time zone is taken to be there already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def utc_now() -> datetime:
    """The present moment, in UTC, with its time zone."""
    return datetime.now(UTC)
