"""What all tests have in common."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.databases", "tests.event_schemas"]

# Tests do in a second what a person does in an hour. Those of rate limits take this away again.
os.environ.setdefault("HANSE_ROUTER_RATE_LIMITS__ENABLED", "false")


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
