"""Opens a circuit to a subgraph that keeps failing: requests then fail immediately instead of waiting for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial

from hanse_router.in_flight import Done, InFlight, start_failed
from hanse_router.transports.errors import CircuitOpen, TransportError
from hanse_router.transports.middleware.base import Context, Wrapper
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport
from hanse_wire.circuit_breaker import Admission, CircuitBreaker


def break_circuit(inner: Transport, context: Context) -> Transport:
    """Use a circuit where the options say after how many failures it opens."""
    return CircuitTransport(inner, context) if context.options.failures_to_open else inner


class CircuitTransport(Wrapper):
    """A transport with a circuit breaker. Errors that a retry cannot help do not open it; subscriptions pass."""

    def __init__(self, inner: Transport, context: Context, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(inner)
        options = context.options
        self._subgraph = context.subgraph
        self._breaker = CircuitBreaker(
            max_failures=options.failures_to_open, open_seconds=options.open_seconds, clock=clock
        )

    def start(self, request: SubgraphRequest, done: Done[Reply]) -> InFlight:
        admission = self._breaker.admit()
        if admission is Admission.REJECTED:
            return start_failed(self._rejection(), done)
        try:
            return self._inner.start(request, partial(self._ended, admission, done))
        except BaseException:
            self._breaker.abandoned(admission)
            raise

    def _ended(self, admission: Admission, done: Done[Reply], outcome: Reply | BaseException) -> None:
        if isinstance(outcome, bytes):
            self._breaker.succeeded(admission)
        elif isinstance(outcome, TransportError) and (outcome.retryable or admission is Admission.TRIAL):
            self._breaker.failed(admission)
        else:
            self._breaker.abandoned(admission)
        done(outcome)

    def _rejection(self) -> CircuitOpen:
        breaker = self._breaker
        seconds = math.ceil(breaker.seconds_until_trial)
        following = "an attempt is in progress" if breaker.has_trial else f"next attempt in {seconds} s"
        return CircuitOpen(
            f'Circuit open: subgraph "{self._subgraph}" failed {breaker.failures} times in a row; {following}.'
        )
