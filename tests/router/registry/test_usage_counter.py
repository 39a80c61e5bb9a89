"""Counting uses in bounded memory."""

from __future__ import annotations

from typing import Any

import pytest

from hanse_router.operation_kind import OperationKind
from hanse_router.prepare.signature import OperationSignature
from hanse_router.registry.usage_counter import UsageCounter
from hanse_router.settings_supergraph import UsageSettings
from tests.router.planner.test_bounds import calls_of


def signature(number: int, text: str = "query { a }") -> OperationSignature:
    return OperationSignature(f"{text} # {number}", f"{number:064x}", None, OperationKind.QUERY)


def client(name: str, version: str = "1") -> dict[str, str]:
    return {"apollographql-client-name": name, "graphql-client-version": version}


def counter(**settings: Any) -> UsageCounter:
    return UsageCounter(UsageSettings(enabled=True, **settings), clock=lambda: 5.0)


def test_uses_are_counted_by_operation_and_client() -> None:
    counts = counter()
    for _ in range(3):
        counts.count(signature(1), client("web"), failed=False)
    counts.count(signature(1), client("web"), failed=True)
    counts.count(signature(1), client("web", "2"), failed=False)
    counts.count(signature(1), {"graphql-client-name": "ios"}, failed=False)
    counts.count(signature(2), {}, failed=False)
    window = counts.take()
    found = {(use.hash[-1], use.client.name, use.client.version): (use.count, use.errors) for use in window.operations}
    assert found == {
        ("1", "web", "1"): (4, 1),
        ("1", "web", "2"): (1, 0),
        ("1", "ios", ""): (1, 0),
        ("2", "", ""): (1, 0),
    }
    assert {use.last_seen for use in window.operations} == {5.0}
    assert counts.take().operations == ()


def test_memory_is_bounded_and_what_is_dropped_is_counted() -> None:
    half = []
    counts = UsageCounter(UsageSettings(max_entries=10), on_half_full=lambda: half.append(1))
    for number in range(100):
        counts.count(signature(number % 50), client(f"{number}"), failed=False)
        assert bool(half) == (number >= 4)
    window = counts.take()
    assert (len(window.operations), window.dropped) == (10, 90)

    counts = counter(max_characters=1_000)
    for number in range(10):
        counts.count(signature(number, "x" * 300), {}, failed=False)
        counts.count(signature(0, "x" * 300), client(str(number)), failed=False)  # a text that is known takes no more
    window = counts.take()
    assert (len(window.operations), window.dropped) == (3 + 10, 7)
    counts.count(signature(1, "x" * 300_000), {}, failed=False)  # larger than a report allows
    assert counts.take().dropped == 1


def test_texts_of_clients_are_cut() -> None:
    counts = counter()
    for last in ("a", "b"):
        counts.count(signature(1), client("n" * 10_000 + last, "v" * 10_000), failed=False)
    (use,) = counts.take().operations
    assert (len(use.client.name), len(use.client.version), use.count) == (128, 128, 2)


@pytest.mark.parametrize("rate", [0.5, 0.1])
def test_samples_are_estimates_and_the_first_is_always_counted(rate: float) -> None:
    steps = iter(range(10**9))
    counts = UsageCounter(UsageSettings(sample_rate=rate), chance=lambda: next(steps) % 10 / 10)
    for number in range(10_001):
        counts.count(signature(1), {}, failed=number % 2 == 0)
    counts.count(signature(2), {}, failed=False)
    many, one = counts.take().operations
    assert many.count == 10_001
    assert many.errors <= many.count
    assert one.count == 1


def test_ten_times_the_uses_take_ten_times_the_work() -> None:
    def work(uses: int) -> int:
        counts = counter()

        def run() -> None:
            for number in range(uses):
                counts.count(signature(number), client(str(number)), failed=False)
            counts.take()

        return calls_of(run)

    assert work(2_000) <= 15 * work(200)
