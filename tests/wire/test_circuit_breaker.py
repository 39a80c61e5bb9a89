"""The states of a circuit breaker, with a clock that the test sets."""

from __future__ import annotations

import random

import pytest

from hanse_wire.circuit_breaker import Admission, CircuitBreaker, ConsecutiveFailures, FailureRatio

NORMAL, TRIAL, REJECTED = Admission


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock of the test."""
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    """Opens after 3 failures for 5 s."""
    return CircuitBreaker(ConsecutiveFailures(3), open_seconds=5, clock=clock)


def fail(breaker: CircuitBreaker, times: int) -> list[bool]:
    """Requests that fail one after another."""
    return [breaker.failed(breaker.admit()) for _ in range(times)]


def test_failures_in_a_row_open_it(breaker: CircuitBreaker) -> None:
    assert fail(breaker, 2) == [False, False]
    assert not breaker.succeeded(breaker.admit())
    assert fail(breaker, 3) == [False, False, True]
    assert breaker.is_open
    assert str(breaker.trip) == "failed 3 times in a row"
    assert breaker.admit() is REJECTED


def test_half_open_admits_exactly_one_trial(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 4.9
    assert breaker.admit() is REJECTED
    assert breaker.seconds_until_trial == pytest.approx(0.1)
    clock.now += 0.1
    assert breaker.admit() is TRIAL
    assert breaker.has_trial
    clock.now += 60  # however long the trial takes
    assert [breaker.admit() for _ in range(10)] == [REJECTED] * 10


def test_the_trial_closes_it(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    assert breaker.succeeded(breaker.admit())
    assert not breaker.is_open
    assert fail(breaker, 2) == [False, False]
    assert breaker.succeeded(breaker.admit()) is False
    assert [breaker.admit() for _ in range(3)] == [NORMAL] * 3


def test_a_failed_trial_keeps_it_open_for_as_long_again(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    assert not breaker.failed(breaker.admit())
    assert breaker.seconds_until_trial == 5
    clock.now += 5
    assert breaker.admit() is TRIAL


def test_an_abandoned_trial_admits_another(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    breaker.abandoned(breaker.admit())
    assert breaker.admit() is TRIAL
    assert breaker.admit() is REJECTED


def test_requests_sent_before_it_opened_change_nothing(breaker: CircuitBreaker, clock: Clock) -> None:
    early = [breaker.admit() for _ in range(3)]
    fail(breaker, 3)
    clock.now += 3
    assert not breaker.succeeded(early[0])
    assert not breaker.failed(early[1])
    breaker.abandoned(early[2])
    assert breaker.is_open
    assert breaker.seconds_until_trial == 2  # the late failure does not prolong it
    clock.now += 2
    assert breaker.admit() is TRIAL


def test_it_can_be_opened_by_hand(breaker: CircuitBreaker) -> None:
    assert breaker.open()
    assert not breaker.open()
    assert breaker.admit() is REJECTED


@pytest.mark.parametrize("seed", range(20))
def test_never_two_trials_at_the_same_time(seed: int, breaker: CircuitBreaker, clock: Clock) -> None:
    chance = random.Random(seed)
    in_flight: list[Admission] = []
    for _ in range(2000):
        clock.now += chance.random()
        if in_flight and chance.random() < 0.6:
            admission = in_flight.pop(chance.randrange(len(in_flight)))
            chance.choice([breaker.succeeded, breaker.failed, breaker.failed, breaker.abandoned])(admission)
        elif (admission := breaker.admit()) is not REJECTED:
            assert not (admission is NORMAL and breaker.is_open)
            in_flight.append(admission)
        assert in_flight.count(TRIAL) <= 1


def ratio_breaker(clock: Clock, trials: int = 1) -> CircuitBreaker:
    """Opens when half of at least 10 requests within 10 s fail, for 5 s."""
    trip = FailureRatio(0.5, min_requests=10, window_seconds=10)
    return CircuitBreaker(trip, open_seconds=5, trials=trials, clock=clock)


def test_a_ratio_of_failures_opens_it(clock: Clock) -> None:
    breaker = ratio_breaker(clock)
    for _ in range(6):
        breaker.succeeded(breaker.admit())
    assert fail(breaker, 6) == [False] * 5 + [True]
    assert str(breaker.trip) == "failed 6 of the last 12 requests"
    assert breaker.admit() is REJECTED


def test_successes_between_failures_do_not_hide_them(clock: Clock) -> None:
    breaker = ratio_breaker(clock)
    opened = False
    for _ in range(10):
        opened = opened or breaker.failed(breaker.admit())
        if not opened:
            breaker.succeeded(breaker.admit())
    assert opened


def test_few_requests_do_not_open_it(clock: Clock) -> None:
    breaker = ratio_breaker(clock)
    assert fail(breaker, 9) == [False] * 9


def test_what_is_older_than_the_window_is_forgotten(clock: Clock) -> None:
    breaker = ratio_breaker(clock)
    fail(breaker, 9)
    clock.now += 10
    assert fail(breaker, 9) == [False] * 9
    clock.now += 5
    assert fail(breaker, 1) == [True]


def test_a_window_without_requests_for_long(clock: Clock) -> None:
    breaker = ratio_breaker(clock)
    fail(breaker, 5)
    clock.now += 1_000_000
    for _ in range(100):
        breaker.succeeded(breaker.admit())
    assert fail(breaker, 50) == [False] * 50


def test_several_trials_in_a_row_close_it(clock: Clock) -> None:
    breaker = ratio_breaker(clock, trials=3)
    fail(breaker, 10)
    clock.now += 5
    assert [breaker.succeeded(breaker.admit()) for _ in range(2)] == [False, False]
    assert not breaker.failed(breaker.admit())
    assert breaker.admit() is REJECTED
    clock.now += 5
    assert [breaker.succeeded(breaker.admit()) for _ in range(3)] == [False, False, True]
    assert fail(breaker, 9) == [False] * 9  # what was before is forgotten
