"""Delays between attempts."""

from __future__ import annotations

from itertools import islice

import pytest

from hanse_wire.backoff import Backoff


def test_delays_grow_up_to_the_maximum() -> None:
    backoff = Backoff(first=0.1, maximum=1.0, jitter=0)
    assert list(islice(backoff.delays(), 6)) == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0])


def test_jitter_shortens_a_delay_by_its_share_at_most() -> None:
    backoff = Backoff(first=2.0, maximum=10.0, jitter=0.5)
    assert backoff.delay(1, lambda: 0.0) == 2.0
    assert backoff.delay(1, lambda: 1.0) == 1.0
    assert all(1.0 <= backoff.delay(1) <= 2.0 for _ in range(1000))
    assert len({backoff.delay(1) for _ in range(100)}) > 90


def test_many_failures_do_not_overflow() -> None:
    assert Backoff(first=0.1, maximum=5.0, factor=10.0, jitter=0).delay(100_000) == 5.0
