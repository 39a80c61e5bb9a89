"""The subgraphs' spans: their operations in the router's trace, and what consumers make of an event in that too."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from hanse_subgraph.events.envelope import Event, decode, encode
from hanse_subgraph.events.inbox import handled
from hanse_subgraph.subgraph_app import SubgraphApp
from hanse_wire.settings import SettingsError
from subgraphs.audit.app import create as create_audit
from subgraphs.audit.settings import AuditSettings
from subgraphs.users.app import create as create_users
from subgraphs.users.settings import UsersSettings
from tests.subgraphs.harness import CHEAP_HASHES, Router, events_of, eventually, started
from tests.tracing.collector import collecting

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
REGISTER = """mutation Register__users__0($input: RegisterInput!) { register(input: $input) { user { id } } }"""
PERSON = {
    "email": "ada@example.org",
    "username": "ada",
    "password": "blue-harbour-2026",
    "firstName": "Ada",
    "lastName": "Petrov",
}


@pytest.mark.parametrize("sampled", [True, False])
async def test_an_operation_and_what_comes_of_it(tmp_path: Path, sampled: bool) -> None:
    router = Router(tmp_path / "router")
    async with collecting() as collector:
        common = {"data_dir": tmp_path, "router_jwks_url": router.jwks_url, "otlp_url": collector.url}
        users = create_users(UsersSettings.load(**common, **CHEAP_HASHES))
        audit = create_audit(AuditSettings.load(**common))
        parent = PARENT if sampled else PARENT[:-1] + "0"
        async with started(users), started(audit):
            body = orjson.dumps({"query": REGISTER, "variables": {"input": PERSON}, "operationName": None})
            status, reply = await users.handle(body, router.headers("users") | {"traceparent": parent})
            assert (status, b"errors" in reply) == (200, False), reply
            status, reply = await users.handle(body, router.headers("users") | {"traceparent": parent})
            assert b"CONFLICT" in reply
            (told,) = await events_of(users, "user.registered", count=1)
            assert told.traceparent is not None
            assert told.traceparent.split("-")[1] == TRACE
            await eventually(lambda: _handled(audit, told.id), True)
    if not sampled:
        assert not [span for span in collector.spans if span.trace == TRACE]
        return
    first, second = sorted(collector.named("mutation"), key=lambda span: span.failed)
    assert (first.service, first.trace, first.parent) == ("hanse-users", TRACE, "00f067aa0ba902b7")
    assert first.attributes == {"hanse.subgraph": "users", "graphql.operation.type": "mutation"}
    assert second.attributes["hanse.error.codes"] == ["CONFLICT"]
    handling = collector.one("handle user.registered")
    assert (handling.service, handling.trace, handling.parent) == ("hanse-audit", TRACE, first.id)
    assert (handling.kind, handling.attributes["hanse.event.id"]) == (5, told.id)
    for secret in (b"ada@example.org", b"blue-harbour", b"Petrov", b"Bearer"):
        assert all(secret not in sent for sent in collector.bodies)


async def _handled(app: SubgraphApp, event_id: str) -> bool:
    """Whether it has handled this event."""
    async with app.database.reading() as session:
        return event_id in await handled(session, app.name, [event_id])


def test_an_envelope_without_a_trace_is_as_before() -> None:
    event = Event(type="a.b", subject="1", data={}, source="/a")
    assert b"traceparent" not in encode(event)
    traced = Event(type="a.b", subject="1", data={}, source="/a", traceparent=PARENT)
    assert decode(encode(traced)) == traced


async def test_the_url_is_checked_at_the_start(tmp_path: Path) -> None:
    settings = UsersSettings.load(data_dir=tmp_path, otlp_url="collector:4317", **CHEAP_HASHES)
    with pytest.raises(SettingsError, match="HANSE_USERS_OTLP_URL"):
        await create_users(settings).start()
