"""A circuit breaker: while requests keep failing, further ones fail immediately, without being sent.

closed --(a trip says so)--> open --(open_seconds)--> half-open: one trial request at a time
half-open --(`trials` successes in a row)--> closed
half-open --(a trial fails)--> open
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Protocol


class Admission(Enum):
    """What happens to a request. Its outcome is reported with the admission that it got."""

    NORMAL = "normal"
    TRIAL = "trial"  # the only request in flight while the circuit is half-open
    REJECTED = "rejected"


class Trip(Protocol):
    """Decides when failures open a closed circuit."""

    def succeeded(self, now: float) -> None:
        """Note a success."""
        ...

    def failed(self, now: float) -> bool:
        """Note a failure; returns whether the circuit opens."""
        ...

    def reset(self) -> None:
        """Forget everything."""
        ...

    def __str__(self) -> str:
        """Why it opened the circuit, such as: failed 5 times in a row."""
        ...


class ConsecutiveFailures:
    """Opens after so many failures in a row."""

    def __init__(self, max_failures: int) -> None:
        self._max_failures = max_failures
        self._failures = 0

    def succeeded(self, now: float) -> None:
        self._failures = 0

    def failed(self, now: float) -> bool:
        self._failures += 1
        return self._failures >= self._max_failures

    def reset(self) -> None:
        self._failures = 0

    def __str__(self) -> str:
        return f"failed {self._failures} times in a row"


class FailureRatio:
    """Opens when a ratio of the requests in a window of time has failed; not for fewer than `min_requests`."""

    _SLICES = 10  # of the window: the oldest is forgotten at a time

    def __init__(self, ratio: float, *, min_requests: int, window_seconds: float) -> None:
        self._ratio = ratio
        self._min_requests = min_requests
        self._slice_seconds = window_seconds / self._SLICES
        self._slices: deque[list[int]] = deque(maxlen=self._SLICES)  # number of each, its requests and failures
        self._requests = self._failures = 0

    def succeeded(self, now: float) -> None:
        self._current(now)[1] += 1
        self._requests += 1

    def failed(self, now: float) -> bool:
        current = self._current(now)
        current[1] += 1
        current[2] += 1
        self._requests += 1
        self._failures += 1
        return self._requests >= self._min_requests and self._failures >= self._ratio * self._requests

    def reset(self) -> None:
        self._slices.clear()
        self._requests = self._failures = 0

    def __str__(self) -> str:
        return f"failed {self._failures} of the last {self._requests} requests"

    def _current(self, now: float) -> list[int]:
        """The slice of this moment."""
        number = int(now / self._slice_seconds)
        slices = self._slices
        if slices and slices[-1][0] == number:
            return slices[-1]
        while slices and slices[0][0] <= number - self._SLICES:
            _, requests, failures = slices.popleft()
            self._requests -= requests
            self._failures -= failures
        slices.append([number, 0, 0])
        return slices[-1]


class CircuitBreaker:
    """For one event loop: no locks.

    Every request that is admitted reports exactly one outcome: `succeeded`, `failed` or `abandoned`.
    """

    __slots__ = ("_clock", "_in_trial", "_open_seconds", "_opened_at", "_successes", "_trials", "trip")

    def __init__(
        self, trip: Trip, *, open_seconds: float, trials: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`trials` is the number of successful trials that closes the circuit. Times are in seconds."""
        self.trip = trip
        self._open_seconds = open_seconds
        self._trials = trials
        self._clock = clock
        self._opened_at: float | None = None
        self._in_trial = False  # whether a trial is in flight
        self._successes = 0  # of trials in a row

    @property
    def is_open(self) -> bool:
        """Whether the circuit is open or half-open."""
        return self._opened_at is not None

    @property
    def has_trial(self) -> bool:
        """Whether a trial request is in flight."""
        return self._in_trial

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
        if self._in_trial or self._clock() - self._opened_at < self._open_seconds:
            return Admission.REJECTED
        self._in_trial = True
        return Admission.TRIAL

    def succeeded(self, admission: Admission) -> bool:
        """Report a success; returns whether it closed the circuit.

        Only trials close it: other requests were sent before the failures that opened it.
        """
        if self._opened_at is None:
            self.trip.succeeded(self._clock())
            return False
        if admission is not Admission.TRIAL:
            return False
        self._in_trial = False
        self._successes += 1
        if self._successes < self._trials:
            return False
        self._opened_at = None
        self.trip.reset()
        return True

    def failed(self, admission: Admission) -> bool:
        """Report a failure; returns whether it opened a closed circuit."""
        if admission is Admission.TRIAL:
            self._in_trial = False
            self.open()
            return False
        if self._opened_at is not None:
            return False
        return self.trip.failed(self._clock()) and self.open()

    def abandoned(self, admission: Admission) -> None:
        """Report a request that ended without an outcome, such as a cancelled one."""
        if admission is Admission.TRIAL:
            self._in_trial = False

    def open(self) -> bool:
        """Open the circuit now; returns whether it was closed."""
        was_closed = self._opened_at is None
        self._opened_at = self._clock()
        self._successes = 0
        return was_closed
