"""The audit trail: everything is in it once, for those who may see it, and any change shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from hanse_subgraph.clock import utc_now
from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.audit.app import create
from subgraphs.audit.chain import START, client_digest, hash_of
from subgraphs.audit.chain_key import ChainKey
from subgraphs.audit.models import Entry, LogEntry
from subgraphs.audit.settings import AuditSettings
from tests.hostile.probe import no_stall
from tests.subgraphs.harness import Person, Router, Statements, an_admin, eventually, somebody, started
from tests.subgraphs.users.test_accounts import ANN, REGISTER
from tests.subgraphs.users.test_sign_in import LOGIN

MINE = "query ($action: String) { myAuditTrail(action: $action) { totalCount nodes { action user { id } } } }"
TRAIL = """
query ($filter: AuditFilterInput, $first: Int, $after: String) {
  auditTrail(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { position action user { id } resourceType resourceId clientIp userAgent happenedAt details hash }
  }
}
"""
VERIFY = "{ verifyAuditTrail { intact intactEntries problem } }"
EXPORT = """
query ($filter: AuditFilterInput, $limit: Int!, $after: Int!) {
  exportAuditTrail(filter: $filter, limit: $limit, afterPosition: $after) { jsonLines entries lastPosition }
}
"""
WRITE_LOG = """
mutation ($name: String!, $level: LogLevel!, $data: JSON!) {
  writeLogEntry(name: $name, level: $level, data: $data) { id name level data user { id } }
}
"""
LOGS = """
query ($name: String, $level: LogLevel! = DEBUG) {
  logEntries(name: $name, level: $level) { totalCount nodes { name data } }
}
"""


@pytest.fixture
def admin(audit: SubgraphApp, router: Router) -> Person:
    """Who looks after the trail."""
    return an_admin(audit, router, new_id(), "audit:read", "logs:write")


def happened(kind: str = "box.moved", **more: Any) -> Event:
    """Something."""
    return Event(**{"type": kind, "subject": new_id(), "source": "/test", "data": {"place": 1.5}, **more})


async def record(audit: SubgraphApp, admin: Person, *events: Event) -> None:
    """Tell of events, and wait until they are in the trail."""
    assert audit.events is not None
    before = (await admin.get(TRAIL))["auditTrail"]["totalCount"]
    await audit.events.append(events)

    async def count() -> int:
        return int((await admin.get(TRAIL))["auditTrail"]["totalCount"])

    await eventually(count, before + len(events))


async def test_an_entry_says_who_what_where_and_when(audit: SubgraphApp, admin: Person) -> None:
    moment = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
    data = {"place": 7, "token": "s3cret", "nested": {"b": [1, None]}}
    event = happened(
        actor=new_id(), clientip="::1", useragent="curl/8", time=moment, data=data, private="token missing"
    )
    await record(audit, admin, event)
    (entry,) = (await admin.get(TRAIL))["auditTrail"]["nodes"]
    assert entry | {"hash": ""} == {
        "position": 1,
        "action": "box.moved",
        "user": {"id": event.actor},
        "resourceType": "box",
        "resourceId": event.subject,
        "clientIp": "::1",
        "userAgent": "curl/8",
        "happenedAt": "2026-03-01T12:30:15.123456+00:00",
        "details": {"place": 7, "nested": {"b": [1, None]}},
        "hash": "",
    }


async def test_every_sign_in_attempt_is_recorded_and_no_secret(
    audit: SubgraphApp, users: SubgraphApp, admin: Person, router: Router
) -> None:
    anyone = Person(users, router)
    user_id = (await anyone.get(REGISTER, input=ANN))["register"]["user"]["id"]
    await anyone.get(LOGIN, login="ann", password="seven seas")
    await anyone(LOGIN, login="ann", password="wrong")
    await anyone(LOGIN, login="nobody", password="wrong")
    wanted = ["sign_in.failed", "sign_in.failed", "user.email_verification_requested", "user.registered"]
    wanted += ["user.signed_in", "user.signed_in"]

    async def actions() -> list[str]:
        return sorted(node["action"] for node in (await admin.get(TRAIL))["auditTrail"]["nodes"])

    await eventually(actions, wanted)
    written = json.dumps(await admin.get(TRAIL))
    assert "token" not in written
    assert "hanse.example" not in written, "what is personal is not kept for ever"
    mine = (await somebody(audit, router, user_id).get(MINE))["myAuditTrail"]
    assert mine["totalCount"] == 5, "all but the attempt with an unknown name"


async def test_an_event_that_comes_again_is_recorded_once(audit: SubgraphApp, admin: Person) -> None:
    event = happened()
    await record(audit, admin, event)
    assert audit.events is not None
    await audit.events.rewind("audit")
    await record(audit, admin, happened())
    assert (await admin.get(VERIFY))["verifyAuditTrail"] == {"intact": True, "intactEntries": 2, "problem": None}


async def test_many_events_are_chained_in_their_order_by_few_statements(tmp_path: Path, router: Router) -> None:
    """Also where one of them came before, and is in the same batch again."""
    settings = AuditSettings.load(data_dir=tmp_path, router_jwks_url=router.jwks_url, consume_events=False)
    async with started(create(settings)) as audit:
        assert audit.events is not None
        admin = an_admin(audit, router, new_id(), "audit:read")
        consumer = audit.consumer()
        known, events = happened(), [happened(f"box.moved_{number}") for number in range(100)]
        await audit.events.append([known])
        await consumer.step(wait=5)
        await audit.events.append(events)
        await audit.events.rewind("audit")
        statements = Statements(audit)
        await consumer.step(wait=5)
        assert len(statements.seen) <= 5, statements.seen
        assert (await admin.get(VERIFY))["verifyAuditTrail"] == {"intact": True, "intactEntries": 101, "problem": None}
        trail = (await admin.get(TRAIL, first=100))["auditTrail"]
        assert [node["action"] for node in trail["nodes"]] == [event.type for event in reversed(events)]
        await consumer.close()


async def test_everybody_sees_their_own(audit: SubgraphApp, admin: Person, router: Router) -> None:
    me = somebody(audit, router, new_id())
    await record(
        audit, admin, happened(actor=me.user_id), happened("user.role_changed", subject=me.user_id), happened()
    )
    assert (await me.get(MINE))["myAuditTrail"]["totalCount"] == 2
    assert (await me.get(MINE, action="box.moved"))["myAuditTrail"]["nodes"] == [
        {"action": "box.moved", "user": {"id": me.user_id}}
    ]
    stranger = somebody(audit, router, new_id())
    assert (await stranger.get(MINE))["myAuditTrail"]["totalCount"] == 0
    for query, arguments in ((TRAIL, {}), (VERIFY, {}), (EXPORT, {"limit": 1, "after": 0}), (LOGS, {})):
        assert (await me(query, **arguments)).codes == ["FORBIDDEN"]
        assert (await Person(audit, router)(query, **arguments)).codes == ["UNAUTHENTICATED"]
    assert (await Person(audit, router)(MINE)).codes == ["UNAUTHENTICATED"]


async def test_admins_filter_and_page(audit: SubgraphApp, admin: Person) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    who, what = new_id(), new_id()
    await record(
        audit,
        admin,
        *(happened(time=start + timedelta(hours=number), actor=who) for number in range(4)),
        happened("lid.lost", subject=what, time=start + timedelta(hours=9)),
    )

    async def found(**given: str) -> list[int]:
        return [node["position"] for node in (await admin.get(TRAIL, filter=given))["auditTrail"]["nodes"]]

    assert await found(userId=who) == [4, 3, 2, 1]
    assert await found(action="lid.lost") == [5]
    assert await found(resourceType="lid") == [5]
    assert await found(resourceId=what) == [5]
    assert await found(since="2026-03-01T02:00:00Z", until="2026-03-01T03:00:00Z") == [3]
    assert (await admin(TRAIL, filter={"userId": "x"})).fields == [("filter.userId", "INVALID")]
    seen, after = [], None
    for _ in range(3):
        page = (await admin.get(TRAIL, first=2, after=after))["auditTrail"]
        seen += [node["position"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert (seen, page["pageInfo"]["hasNextPage"]) == ([5, 4, 3, 2, 1], False)


async def test_the_trail_is_exported_so_that_others_can_check_it(audit: SubgraphApp, admin: Person) -> None:
    await record(audit, admin, *(happened() for _ in range(5)))
    lines: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        part = (await admin.get(EXPORT, limit=2, after=after))["exportAuditTrail"]
        lines += [json.loads(line) for line in part["jsonLines"].splitlines()]
        after = part["lastPosition"]
    assert [line["position"] for line in lines] == [1, 2, 3, 4, 5]
    before, key = START, ChainKey(audit.settings.data_dir / "keys" / "audit-chain.json")
    key.open(0)
    for line in lines:
        entry = Entry(
            position=line["position"],
            event_id=line["eventId"],
            action=line["action"],
            user_id=line["userId"],
            resource_type=line["resourceType"],
            resource_id=line["resourceId"],
            client_ip=line["clientIp"],
            user_agent=line["userAgent"],
            happened_at=datetime.fromisoformat(line["happenedAt"]),
            details=line["details"],
            hash=line["hash"],
            version=line["version"],
            client_salt=line["clientSalt"],
            client_digest=line["clientDigest"],
        )
        assert line["clientDigest"] in (None, client_digest(entry))
        assert hash_of(entry, before, key) == line["hash"]
        before = line["hash"]
    assert (await admin(EXPORT, limit=0, after=0)).fields == [("limit", "OUT_OF_RANGE")]


@pytest.mark.parametrize(
    ("tampering", "intact", "problem"),
    [
        ("UPDATE audit_entries SET action = 'box.opened' WHERE position = 3", 2, "entry 3 was changed"),
        ("UPDATE audit_entries SET details = '{}' WHERE position = 1", 0, "entry 1 was changed"),
        ("UPDATE audit_entries SET user_id = NULL WHERE position = 5", 4, "entry 5 was changed"),
        ("UPDATE audit_entries SET happened_at = '2020-01-01 00:00:00' WHERE position = 2", 1, "entry 2 was changed"),
        ("DELETE FROM audit_entries WHERE position = 2", 1, "entry 2 is missing"),
        ("DELETE FROM audit_entries WHERE position = 5", 4, "entry 5 is missing"),
        ("DELETE FROM audit_entries", 0, "entry 1 is missing"),
        (
            "INSERT INTO audit_entries SELECT 6, 'ffffffffffffffffffffffffffffffff', action, user_id, resource_type, "
            "resource_id, client_ip, user_agent, happened_at, details, hash, version, person_id, personal, "
            "personal_salt, personal_digest, client_salt, client_digest, erased_at "
            "FROM audit_entries WHERE position = 5",
            5,
            "entry 6 was changed",
        ),
    ],
)
async def test_tampering_shows(audit: SubgraphApp, admin: Person, tampering: str, intact: int, problem: str) -> None:
    await record(audit, admin, *(happened(actor=new_id()) for _ in range(5)))
    async with audit.database.writing() as session:
        await session.execute(text(tampering.replace(":00", "\\:00")))
    verdict = (await admin.get(VERIFY))["verifyAuditTrail"]
    assert verdict == {"intact": False, "intactEntries": intact, "problem": problem}


async def test_an_entry_put_in_with_its_own_hash_shows_too(audit: SubgraphApp, admin: Person) -> None:
    await record(audit, admin, *(happened() for _ in range(2)))
    async with audit.database.writing() as session:
        last = await session.get(Entry, 2)
        assert last is not None
        forged = Entry(**{**last.model_dump(), "position": 3, "event_id": new_id()})
        key = ChainKey(audit.settings.data_dir / "keys" / "audit-chain.json")
        key.open(0)
        forged.hash = hash_of(forged, last.hash, key)
        session.add(forged)
    verdict = (await admin.get(VERIFY))["verifyAuditTrail"]
    assert (verdict["intact"], verdict["problem"]) == (False, "entry 3 was added")


async def test_programs_keep_log_entries_for_a_while(audit: SubgraphApp, admin: Person, router: Router) -> None:
    written = (await admin.get(WRITE_LOG, name=" relay ", level="WARNING", data={"lag": [1, "x"]}))["writeLogEntry"]
    assert (written["name"], written["level"], written["data"]) == ("relay", "WARNING", {"lag": [1, "x"]})
    assert written["user"] == {"id": admin.user_id}
    await admin.get(WRITE_LOG, name="other", level="INFO", data="text")
    assert (await admin.get(LOGS, level="WARNING"))["logEntries"]["totalCount"] == 1
    assert (await admin.get(LOGS, name="other"))["logEntries"]["nodes"] == [{"name": "other", "data": "text"}]
    async with audit.database.writing() as session:
        old = update(LogEntry).where(col(LogEntry.name) == "relay")
        await session.execute(old.values(created_at=utc_now() - timedelta(days=31)))
    await admin.get(WRITE_LOG, name="other", level="INFO", data=1)
    assert [node["name"] for node in (await admin.get(LOGS))["logEntries"]["nodes"]] == ["other", "other"]
    assert (await admin(WRITE_LOG, name="", level="INFO", data=1)).fields == [("name", "TOO_SHORT")]
    assert (await admin(WRITE_LOG, name="x", level="INFO", data="x" * 20_001)).fields == [("data", "TOO_LONG")]
    assert (await somebody(audit, router, new_id())(WRITE_LOG, name="x", level="INFO", data=1)).codes == ["FORBIDDEN"]


@pytest.mark.parametrize(("limit", "parts"), [(250, [250, 70]), (320, [320]), (100, [100, 100, 100, 20])])
async def test_an_export_of_many_entries_has_each_once(
    audit: SubgraphApp, admin: Person, limit: int, parts: list[int]
) -> None:
    await record(audit, admin, *(happened() for _ in range(320)))
    positions: list[int] = []
    sizes: list[int] = []
    after: int | None = 0
    while after is not None:
        part = (await admin.get(EXPORT, limit=limit, after=after))["exportAuditTrail"]
        positions += [json.loads(line)["position"] for line in part["jsonLines"].splitlines()]
        sizes.append(part["entries"])
        after = part["lastPosition"]
    assert positions == list(range(1, 321))
    assert sizes == parts


async def test_reading_a_long_trail_does_not_stall_the_event_loop(audit: SubgraphApp, admin: Person) -> None:
    await record(audit, admin, *(happened() for _ in range(2_000)))
    assert (await admin.get(VERIFY))["verifyAuditTrail"]["intactEntries"] == 2_000
    async with no_stall(0.05):
        assert (await admin.get(VERIFY))["verifyAuditTrail"]["intactEntries"] == 2_000
        assert (await admin.get(EXPORT, limit=2_000, after=0))["exportAuditTrail"]["entries"] == 2_000
