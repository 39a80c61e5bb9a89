"""Every event that any test has a subgraph of this process emit is held against its published JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import event
from sqlalchemy.engine import Engine

ROOT = Path(__file__).parents[1]
SUBGRAPHS = {path.parent.name for path in (ROOT / "subgraphs").glob("*/events.py")}
_wrong: list[str] = []


@cache
def validator(event_type: str) -> Draft202012Validator | None:
    """What checks the data of this type; None where no schema is published."""
    path = ROOT / "schema" / "events" / f"{event_type}.json"
    if not path.exists():
        return None
    schema = orjson.loads(path.read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def problems(envelope: dict[str, Any]) -> list[str]:
    """What is wrong with an event."""
    kind, source = envelope["type"], envelope["source"].strip("/")
    if source not in SUBGRAPHS:
        return []  # a test's own
    checking = validator(kind)
    if checking is None:
        return [f"{kind}: no schema is published"]
    return [f"{kind}: {error.message}" for error in checking.iter_errors(envelope["data"])]


@event.listens_for(Engine, "before_cursor_execute")
def _check(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
    if statement.startswith("INSERT INTO outbox"):
        for envelope in _envelopes(parameters):
            _wrong.extend(problems(orjson.loads(envelope)))


def _envelopes(parameters: Any) -> Iterator[bytes]:
    """The envelopes among the values of one row, or of many."""
    if isinstance(parameters, bytes):
        yield parameters
    elif isinstance(parameters, dict):
        yield from _envelopes(list(parameters.values()))
    elif isinstance(parameters, Iterable) and not isinstance(parameters, str):
        for value in parameters:
            yield from _envelopes(value)


@pytest.fixture(autouse=True)
def _events_keep_to_their_schemas() -> Iterator[None]:
    """Fails the test that had an event emitted that its schema does not allow."""
    _wrong.clear()
    yield
    assert _wrong == []
