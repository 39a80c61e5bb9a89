"""A circuit: what keeps failing is left alone for a while, then tried by one request at a time."""

from __future__ import annotations

import time
from collections.abc import Callable


class Circuit:
    """Opens after so many failures in a row. For one event loop: no locks."""

    def __init__(self, *, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = failures
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._tried_at = 0.0
        self.open = False

    def admits(self) -> bool:
        """Whether a request may try now; where the circuit is open, only one in each `seconds`."""
        if not self.open:
            return True
        now = self._clock()
        if now - self._tried_at < self._seconds:
            return False
        self._tried_at = now
        return True

    def failed(self) -> bool:
        """A request failed; whether that opened the circuit."""
        self._failures += 1
        return not self.open and self._failures >= self._most and self.interrupt()

    def interrupt(self) -> bool:
        """Open it now; whether it was closed."""
        opened, self.open = not self.open, True
        self._tried_at = self._clock()
        return opened

    def succeeded(self, *, trial: bool) -> bool:
        """A request was answered; whether that closed the circuit.

        Only a `trial`, begun while the circuit was open, closes it: others began before what opened it.
        """
        if self.open and not trial:
            return False
        self._failures = 0
        closed, self.open = self.open, False
        return closed
