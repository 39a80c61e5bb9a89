"""Recorded traffic: which requests are the same, and what is not written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hanse.dev.traffic import MAX_EVENT_BYTES, MAX_EVENTS, Events, Traffic
from hanse_router.transports.errors import SubgraphUnreachable


def body(query: str, **variables: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables, "operationName": "Any"}).encode()


def test_requests_that_mean_the_same_are_one(tmp_path: Path) -> None:
    traffic = Traffic(tmp_path, "shop/eu")
    traffic.record(body("query($x: Int) { a(x: $x) }", x=1, y={"b": 1, "a": 2}), b'{"data": {"a": 1}}')
    traffic.record(
        body("query Name($x: Int) {\n  a(x: $x) # comment\n}", y={"a": 2, "b": 1}, x=1), b'{"data": {"a": 2}}'
    )
    assert len(list(tmp_path.glob("shop_eu-*/*"))) == 1
    assert json.loads(traffic.reply(body("query Other($x: Int) {a(x:$x)}", x=1, y={"b": 1, "a": 2}))) == {
        "data": {"a": 2}
    }
    for other in (body("{ a(x: $x) }", x=2), body("{ b }"), b"no request"):
        with pytest.raises(SubgraphUnreachable):
            traffic.reply(other)


def test_secrets_are_not_written(tmp_path: Path) -> None:
    traffic = Traffic(tmp_path, "users")
    query = 'mutation($p: String) { login(name: "ada", password: "s3cret", input: {apiKey: "s3cret"}) { accessToken } }'
    request = body(query, p="x", password="s3cret", input={"Password": "s3cret", "list": [{"token": "s3cret"}]})
    traffic.record(request, b'{"data": {"login": {"accessToken": "s3cret", "name": "ada"}}}')
    [file] = (tmp_path / "users").iterdir()
    assert "s3cret" not in file.read_text()
    assert json.loads(traffic.reply(request)) == {"data": {"login": {"accessToken": "***", "name": "ada"}}}


def test_events_are_kept_in_order_up_to_a_number_and_a_size(tmp_path: Path) -> None:
    traffic = Traffic(tmp_path, "clock")
    request = body('subscription { tick(token: "s3cret") { number apiKey } }')
    events = Events()
    for number in range(MAX_EVENTS + 1):
        events.add(b'{"data": {"tick": {"number": %d, "apiKey": "s3cret"}}}' % number)
    events.end()
    traffic.record_events(request, events)
    [file] = (tmp_path / "clock").iterdir()
    assert "s3cret" not in file.read_text()
    found = traffic.events(request)
    assert [json.loads(event)["data"]["tick"]["number"] for event in found.bodies] == list(range(MAX_EVENTS))
    assert not found.complete

    large = Events()
    half = json.dumps({"data": "x" * (MAX_EVENT_BYTES // 2)}).encode()
    for event in (half, half, b"{}"):
        large.add(event)
    assert large.bodies == [half]

    few = Events()
    few.add(b"{}")
    few.end()
    traffic.record_events(request, few)
    assert traffic.events(request) == Events([b"{}"], complete=True)
    for other in (body("subscription { other }"), b"no request"):
        with pytest.raises(SubgraphUnreachable, match="No events of this subscription of clock"):
            traffic.events(other)


def test_what_is_no_response_is_not_written(tmp_path: Path) -> None:
    traffic = Traffic(tmp_path, "users")
    traffic.record(body("{ a }"), b"<html>")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["..", ".", "../other", "a/b", "größe x"])
def test_every_subgraph_has_a_folder_of_its_own(tmp_path: Path, name: str) -> None:
    for subgraph in (name, "a_b"):
        Traffic(tmp_path / "traffic", subgraph).record_schema(subgraph)
    assert [path.name for path in tmp_path.iterdir()] == ["traffic"]
    found = sorted(path.read_text() for path in (tmp_path / "traffic").glob("*/schema.graphql"))
    assert found == sorted([name, "a_b"])


def test_the_schema_is_recorded(tmp_path: Path) -> None:
    traffic = Traffic(tmp_path, "users")
    assert traffic.schema() is None
    traffic.record_schema("type Query { a: Int }")
    assert traffic.schema() == "type Query { a: Int }"
