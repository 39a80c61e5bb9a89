"""Opens a circuit to a subgraph that keeps failing: requests then fail immediately instead of waiting for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial

from hanse_router.in_flight import Done, InFlight, start_failed
from hanse_router.transports.errors import CircuitOpen, SubgraphHttpError, SubgraphTimeout, TransportError
from hanse_router.transports.middleware.base import Context, Wrapper
from hanse_router.transports.options import CircuitOptions
from hanse_router.transports.protocol import Reply, SubgraphRequest, Transport
from hanse_router.transports.replies import FailedReply
from hanse_wire.circuit_breaker import Admission, CircuitBreaker, FailureRatio


def break_circuit(inner: Transport, context: Context) -> Transport:
    """Use a circuit where the options have one."""
    circuit = context.options.circuit
    return CircuitTransport(inner, context, circuit) if circuit is not None else inner


class CircuitTransport(Wrapper):
    """A transport with a circuit breaker; subscriptions pass.

    Failures are: no connection, a timeout, a status of 500 or above, also with GraphQL errors.
    Other errors do not count: the next request may be a good one.
    """

    def __init__(
        self,
        inner: Transport,
        context: Context,
        options: CircuitOptions,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(inner)
        self._subgraph = context.subgraph
        self._gauge = context.metrics.circuits.labels(context.subgraph) if context.metrics is not None else None
        trip = FailureRatio(
            options.failure_ratio, min_requests=options.min_requests, window_seconds=options.window_seconds
        )
        self._breaker = CircuitBreaker(trip, open_seconds=options.open_seconds, trials=options.trials, clock=clock)

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
        breaker = self._breaker
        if _is_failure(outcome) or (admission is Admission.TRIAL and isinstance(outcome, TransportError)):
            changed = breaker.failed(admission)
        elif isinstance(outcome, bytes):
            changed = breaker.succeeded(admission)
        else:
            breaker.abandoned(admission)
            changed = False
        if changed and self._gauge is not None:
            self._gauge.set(breaker.is_open)
        done(outcome)

    def _rejection(self) -> CircuitOpen:
        breaker = self._breaker
        seconds = math.ceil(breaker.seconds_until_trial)
        following = "an attempt is in progress" if breaker.has_trial else f"next attempt in {seconds} s"
        return CircuitOpen(f'Circuit open: subgraph "{self._subgraph}" {breaker.trip}; {following}.')


def _is_failure(outcome: Reply | BaseException) -> bool:
    if isinstance(outcome, SubgraphHttpError):
        return outcome.status is not None and (outcome.status >= 500 or outcome.retryable)
    return isinstance(outcome, FailedReply | SubgraphTimeout) or (
        isinstance(outcome, TransportError) and outcome.retryable
    )
