"""What one process has done with events since it started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class EventCounters:
    """Counts that only grow; relay and consumer count, the metrics tell."""

    relayed: int = 0  # moved from the outbox to the log
    refused: int = 0  # offered to the log, which would not have them
    handled: int = 0  # effects in the database
    repeated: int = 0  # came again, and had no effect
    retried: int = 0
    buried: int = 0  # dead letters
