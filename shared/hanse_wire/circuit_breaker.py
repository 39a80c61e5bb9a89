"""A circuit breaker: after several consecutive failures, requests fail immediately for some time.

closed --(max_failures in a row)--> open --(open_seconds)--> half-open: one trial request
half-open --(the trial succeeds)--> closed
half-open --(the trial fails)--> open
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum


class Admission(Enum):
    """What happens to a request. Its outcome is reported with the admission that it got."""

    NORMAL = "normal"
    TRIAL = "trial"  # the only request in flight while the circuit is half-open
    REJECTED = "rejected"


class CircuitBreaker:
    """For one event loop: no locks.

    Every request that is admitted reports exactly one outcome: `succeeded`, `failed` or `abandoned`.
    """

    __slots__ = ("_clock", "_max_failures", "_open_seconds", "_opened_at", "_trial", "failures")

    def __init__(self, *, max_failures: int, open_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_failures = max_failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._opened_at: float | None = None
        self._trial = False  # whether a trial is in flight
        self.failures = 0  # in a row

    @property
    def is_open(self) -> bool:
        """Whether the circuit is open or half-open."""
        return self._opened_at is not None

    @property
    def has_trial(self) -> bool:
        """Whether the trial request is in flight."""
        return self._trial

    @property
    def seconds_until_trial(self) -> float:
        """The seconds until a request is admitted as a trial; 0 where one would be admitted now."""
        if self._opened_at is None:
            return 0.0
        return max(self._opened_at + self._open_seconds - self._clock(), 0.0)

    def admit(self) -> Admission:
        """Whether a request may be sent now."""
        if self._opened_at is None:
            return Admission.NORMAL
        if self._trial or self._clock() - self._opened_at < self._open_seconds:
            return Admission.REJECTED
        self._trial = True
        return Admission.TRIAL

    def succeeded(self, admission: Admission) -> bool:
        """Report a success; returns whether it closed the circuit.

        Only a trial closes it: other requests were sent before the failures that opened it.
        """
        if self._opened_at is not None and admission is not Admission.TRIAL:
            return False
        closed = self._opened_at is not None
        self.failures = 0
        self._opened_at = None
        self._trial = False
        return closed

    def failed(self, admission: Admission) -> bool:
        """Report a failure; returns whether it opened a closed circuit."""
        if admission is Admission.TRIAL:
            self.failures += 1
            self._trial = False
            self._opened_at = self._clock()
            return False
        if self._opened_at is not None:
            return False
        self.failures += 1
        return self.failures >= self._max_failures and self.open()

    def abandoned(self, admission: Admission) -> None:
        """Report a request that ended without an outcome, such as a cancelled one."""
        if admission is Admission.TRIAL:
            self._trial = False

    def open(self) -> bool:
        """Open the circuit now; returns whether it was closed."""
        was_closed = self._opened_at is None
        self._opened_at = self._clock()
        return was_closed
