"""Collection is paused within, and as it was afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from hanse_schema.collection import paused_collection


@pytest.fixture(autouse=True)
def _enabled_afterwards() -> Iterator[None]:
    yield
    gc.enable()


def test_paused_and_nested() -> None:
    with paused_collection():
        assert not gc.isenabled()
        with paused_collection():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_restored_after_an_exception() -> None:
    with pytest.raises(ValueError, match="within"), paused_collection():
        raise ValueError("within")
    assert gc.isenabled()


def test_left_disabled_where_it_was() -> None:
    gc.disable()
    with paused_collection():
        pass
    assert not gc.isenabled()
