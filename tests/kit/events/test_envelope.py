"""Events are CloudEvents 1.0 JSON, and come back as they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse_subgraph.events.envelope import Event, MalformedEvent, decode, encode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_the_envelope_is_a_cloud_event() -> None:
    event = Event(type="user.registered", subject="u1", source="/users", data={"id": "u1"}, actor="u2")
    assert json.loads(encode(event)) == {
        "specversion": "1.0",
        "id": event.id,
        "type": "user.registered",
        "source": "/users",
        "subject": "u1",
        "partitionkey": "u1",
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"id": "u1"},
        "actor": "u2",
    }


@given(
    data=st.dictionaries(st.text(), JSON, max_size=4),
    time=st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC)),
    actor=st.none() | st.text(),
)
def test_an_event_comes_back_as_it_was(data: dict[str, object], time: datetime, actor: str | None) -> None:
    event = Event(type="a.b", subject="s", source="/x", data=data, time=time, actor=actor, useragent="Mozilla")
    assert decode(encode(event)) == event


@pytest.mark.parametrize("wrong", [b"", b"[]", b"{}", b'{"specversion":"1.0"}', b"\xff"])
def test_what_is_no_event_is_refused(wrong: bytes) -> None:
    with pytest.raises(MalformedEvent):
        decode(wrong)


def test_another_major_version_is_refused() -> None:
    envelope = json.loads(encode(Event(type="a.b", subject="s", source="/x", data={})))
    with pytest.raises(MalformedEvent, match=r"2\.0"):
        decode(json.dumps(envelope | {"specversion": "2.0"}))
