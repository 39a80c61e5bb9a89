"""The circuit."""

from __future__ import annotations

from hanse_router.store.circuit import Circuit
from tests.router.store.bucket_contract import Clock


def test_it_opens_after_failures_in_a_row_and_then_admits_one_try_at_a_time() -> None:
    clock = Clock()
    circuit = Circuit(failures=3, seconds=1.0, clock=clock)
    assert [circuit.failed(), circuit.failed()] == [False, False]
    assert not circuit.succeeded(trial=False)
    assert [circuit.failed() for _ in range(4)] == [False, False, True, False], "told once"
    clock.now += 0.9
    assert not circuit.admits()
    clock.now += 0.2
    assert [circuit.admits() for _ in range(3)] == [True, False, False]
    assert not circuit.failed()
    clock.now += 1.0
    assert [circuit.admits(), circuit.admits()] == [True, False]
    assert circuit.succeeded(trial=True)
    assert all(circuit.admits() for _ in range(3))
    assert [circuit.failed() for _ in range(3)] == [False, False, True]


def test_a_late_answer_does_not_close_it() -> None:
    circuit = Circuit(failures=1, seconds=1.0, clock=Clock())
    assert circuit.failed()
    assert not circuit.succeeded(trial=False)
    assert not circuit.admits()


def test_it_can_be_opened_at_once() -> None:
    circuit = Circuit(failures=3, seconds=1.0, clock=Clock())
    assert circuit.interrupt()
    assert not circuit.interrupt()
    assert not circuit.admits()
