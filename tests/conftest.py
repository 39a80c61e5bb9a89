"""What all tests have in common."""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Iterator
from types import CodeType

import pytest

pytest_plugins = ["tests.databases", "tests.event_schemas"]

# Tests do in a second what a person does in an hour. Those of rate limits take this away again.
os.environ.setdefault("HANSE_ROUTER_RATE_LIMITS__ENABLED", "false")

_MEASURING = {"no_stall", "probed", "process_time"}


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that measure processor time as `alone`: work on other cores makes the same work take longer."""
    for item in items:
        if isinstance(item, pytest.Function) and _MEASURING & _names(inspect.unwrap(item.function).__code__):
            item.add_marker(pytest.mark.alone)


def _names(code: CodeType) -> set[str]:
    """The names that a function uses, with those of the functions in it."""
    inner = [_names(one) for one in code.co_consts if isinstance(one, CodeType)]
    return set(code.co_names).union(*inner)


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """Restore the handlers and levels of the loggers after a test that configures logging."""
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)
    logging.captureWarnings(False)
