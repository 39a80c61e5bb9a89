"""Inputs of the right type that no subgraph can use: each is BAD_USER_INPUT, and none INTERNAL_SERVER_ERROR."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from hanse_subgraph.pagination import encode_cursor
from tests.hostile.callers import harbour
from tests.hostile.probe import no_stall

BEFORE_ALL, AFTER_ALL = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"
SERIES = (
    "query ($since: DateTime!, $until: DateTime) { activitySeries(step: DAY, since: $since, until: $until) { events } }"
)
CREATE_TASK = 'mutation ($at: DateTime) { createTask(input: {title: "Sails", dueAt: $at}) { id } }'
CREATE_KEY = 'mutation ($at: DateTime) { createApiKey(name: "k", scopes: [], expiresAt: $at) { secret } }'
TASKS_DUE = "query ($at: DateTime) { myTasks(filter: {dueAfter: $at}) { totalCount } }"
WRITE_LOG = 'mutation ($data: JSON!) { writeLogEntry(name: "n", level: INFO, data: $data) { data } }'
PASSWORD = "a-long-quiet-harbour"
REGISTER = "mutation ($x: RegisterInput!) { register(input: $x) { accessToken } }"
CHANGE = "mutation ($x: UpdateProfileInput!) { updateProfile(input: $x) { id } }"
CREATE_KEY_OF = 'mutation ($x: [String!]!) { createApiKey(name: "k", scopes: $x) { secret } }'
UUID = "0190b2a4-0000-7000-8000-000000000000"
SET_IMAGES = f'mutation ($x: [ID!]!) {{ setProductImages(productId: "{UUID}", mediaIds: $x) {{ id }} }}'


@pytest.mark.timeout(120)
async def test_moments_out_of_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with harbour(tmp_path, monkeypatch) as place:
        user = await place.registered("ada")
        for moment in (BEFORE_ALL, AFTER_ALL, "9999-12-31T00:00:00Z", "0001-01-01", "no date", 7, ""):
            assert await user.codes(SERIES, since=moment) == ["BAD_USER_INPUT"], moment
            assert await user.codes(SERIES, since="2026-01-01T00:00:00Z", until=moment) == ["BAD_USER_INPUT"], moment
            for operation in (CREATE_TASK, CREATE_KEY, TASKS_DUE):
                assert await user.codes(operation, at=moment) == ["BAD_USER_INPUT"], (operation, moment)
        inline = f'{{ activitySeries(step: DAY, since: "{BEFORE_ALL}") {{ events }} }}'
        assert await user.codes(inline) == ["BAD_USER_INPUT"]
        steps = await user.data(SERIES, since="9999-12-29T01:00:00Z", until="9999-12-30T00:00:00Z")
        assert steps == {"activitySeries": [{"events": 0}]}
        assert await user.data(TASKS_DUE, at="0001-01-02T00:00:00Z") == {"myTasks": {"totalCount": 0}}


@pytest.mark.timeout(120)
async def test_cursors_of_other_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile: list[Any] = [
        2**64 - 1,
        2**31,
        -(2**63),
        True,
        None,
        1.5,
        "x",
        "",
        "\x00",
        {},
        [[]],
        BEFORE_ALL,
        AFTER_ALL,
        UUID,
    ]
    lists = {
        "products": "query ($after: String) { products(after: $after%s) { nodes { id } } }",
        "myTasks": "query ($after: String) { myTasks(after: $after%s) { nodes { id } } }",
    }
    sorts = {
        "products": ("", ", sort: NAME", ", sort: CHEAPEST", ', search: "rope"', ', search: "rope", sort: DEAREST'),
        "myTasks": ("", ", sort: DUE", ", sort: PRIORITY"),
    }
    async with harbour(tmp_path, monkeypatch) as place:
        user = await place.registered("ada")
        for name, operation in lists.items():
            for sort in sorts[name]:
                for value in hostile:
                    for cursor in (encode_cursor([value]), encode_cursor([value, UUID])):
                        codes = await user.codes(operation % sort, after=cursor)
                        assert codes in ([], ["BAD_USER_INPUT"]), (sort, value, codes)
        long = encode_cursor(["x" * 10_000, UUID])
        assert await user.codes(lists["products"] % ", sort: NAME", after=long) == ["BAD_USER_INPUT"]
        for broken in ("%", "e30", "ImEi", "é", "WzE"):
            assert await user.codes(lists["products"] % "", after=broken) == ["BAD_USER_INPUT"], broken
        admin = await place.admin()
        trail = "query ($after: String) { auditTrail(after: $after) { nodes { position } } }"
        for value in (2**63, 2**64 - 1, True, "1"):
            assert await admin.codes(trail, after=encode_cursor([value])) in ([], ["BAD_USER_INPUT"]), value


@pytest.mark.timeout(120)
async def test_json_that_cannot_be_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep: Any = 1
    for _ in range(70):
        deep = [deep]
    async with harbour(tmp_path, monkeypatch) as place:
        admin = await place.admin()
        for data in (2**64, -(2**63) - 1, {"a": [10**400]}, "\x00", {"\x00": 1}, deep):
            assert await admin.codes(WRITE_LOG, data=data) == ["BAD_USER_INPUT"], data
        inline = 'mutation { writeLogEntry(name: "n", level: INFO, data: {a: 123456789012345678901234567890}) { id } }'
        assert await admin.codes(inline) == ["BAD_USER_INPUT"]
        fine = {"a": [2**63 - 1, -(2**63), 0.5, None, True, "x"]}
        assert (await admin.data(WRITE_LOG, data=fine))["writeLogEntry"]["data"] == fine


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("operation", "variables"),
    [
        ("query ($x: String) { products(search: $x) { totalCount } }", {"x": "rope " * 20_000}),
        ("query ($x: String) { products(search: $x) { totalCount } }", {"x": "x" * 900_000}),
        ("query ($x: String) { users(search: $x) { totalCount } }", {"x": "x" * 900_000}),
        (REGISTER, {"x": {"email": "x" * 900_000 + "@example.org", "username": "ben", "password": PASSWORD}}),
        (REGISTER, {"x": {"email": "b@example.org", "username": "x" * 900_000, "password": PASSWORD}}),
        (REGISTER, {"x": {"email": "b@example.org", "username": "ben", "password": "x" * 900_000}}),
        (CHANGE, {"x": {"phone": "1" * 900_000}}),
        (CREATE_KEY_OF, {"x": ["users:write"] * 40_000}),
        (SET_IMAGES, {"x": [UUID] * 20_000}),
    ],
    ids=["words", "word", "users", "email", "username", "password", "phone", "scopes", "images"],
)
async def test_large_values(
    operation: str, variables: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with harbour(tmp_path, monkeypatch) as place:
        admin = await place.admin()
        async with no_stall():
            codes = await admin.codes(operation, **variables)
    assert codes in (["BAD_USER_INPUT"], ["MAX_VARIABLES_LIMIT"])


@pytest.mark.timeout(120)
async def test_a_root_field_fails_while_another_opens_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    operation = """query { myTasks(first: 5, after: "e30") { nodes { id } } task(id: "ID") { id }
        b: tasksByStatus { count } c: myTasks(first: 3) { totalCount nodes { id owner { id } } } }"""
    async with harbour(tmp_path, monkeypatch) as place:
        user = await place.registered("ada")
        caplog.set_level(logging.WARNING)
        for _ in range(30):
            codes = await user.codes(operation.replace("ID", UUID, 1))
            assert "BAD_USER_INPUT" in codes
            assert "INTERNAL_SERVER_ERROR" not in codes
    assert not [line for line in caplog.messages if "IllegalState" in line or "a resolver failed" in line]


@pytest.mark.timeout(120)
async def test_images_of_a_product_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = "mutation ($id: ID!) { setProductImages(productId: $id, mediaIds: []) { id name } }"
    create = 'mutation { createProduct(input: {name: "Rope", price: {amountMinor: 1}}) { id } }'
    delete = "mutation ($id: ID!) { deleteProduct(id: $id) { id } }"
    async with harbour(tmp_path, monkeypatch) as place:
        user = await place.registered("ada")
        for unknown in (UUID, "no id", ""):
            assert await user.codes(operation, id=unknown) == ["NOT_FOUND"]
        product_id = (await user.data(create))["createProduct"]["id"]
        shown = await user.data(operation, id=product_id)
        assert shown["setProductImages"] == {"id": product_id, "name": "Rope"}
        await user.data(delete, id=product_id)
        async with asyncio.timeout(30):
            while True:
                if await user.codes(operation, id=product_id) == ["NOT_FOUND"]:
                    break
