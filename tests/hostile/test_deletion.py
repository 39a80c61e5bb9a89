"""Nothing that a deleted user typed is left in any file of the data folder."""

from __future__ import annotations

import asyncio
import quopri
import sqlite3
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from hanse_subgraph.events.outbox import count_waiting
from subgraphs.media.models import Media
from subgraphs.notifications.models import MailState, QueuedMail
from tests.hostile.callers import PASSWORD, Caller, Harbour, harbour

DEADLINE = 40.0  # seconds
MARK = "zq7"  # begins each text that the users type; no other text has it
IDS = "createProduct(input: $input) { id version }"
PRODUCT = "mutation ($input: CreateProductInput!) { " + IDS + " }"
UPDATE = "mutation ($id: ID!, $input: UpdateProductInput!) { updateProduct(id: $id, version: 1, input: $input) { id } }"
KEY = 'mutation ($name: String!) { createApiKey(name: $name, scopes: ["tasks:write"]) { secret } }'
TASK = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }"
PAYMENT = "mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { id } }"
PROFILE = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }"


class Texts:
    """Unique texts, and which were given out."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.given: list[str] = []

    def __call__(self, what: str) -> str:
        self.given.append(f"{MARK}{self._name}{what}{len(self.given)}")
        return self.given[-1]


async def fill(place: Harbour, typed: Texts, other: Caller) -> Caller:
    """A new user who types a text into every field of every subgraph."""
    agent = {"user-agent": typed("Agent")}
    place.anybody.headers.update(agent)
    name = typed("user").lower()
    names = {"firstName": typed("First"), "lastName": typed("Last"), "phone": f"+4940123456{len(name)}"}
    user = await place.registered(name, **names)
    user.headers.update(agent)
    await user.data(PROFILE, input={"firstName": typed("Renamed"), "lastName": typed("Relast")})
    await user.data(PROFILE, input={"email": f"{typed('mail')}@example.org", "currentPassword": PASSWORD})
    await place.anybody.codes(f'mutation {{ login(login: "{name}", password: "wrong") {{ accessToken }} }}')
    await user.data(KEY, name=typed("key"))
    await fill_catalog(user, typed, other)
    task = {"title": typed("Title"), "description": typed("Text"), "labels": [typed("label")]}
    await user.data(TASK, input={**task, "assigneeId": other.user_id})
    await other.data(TASK, input={"title": "Scrub the deck", "assigneeId": user.user_id})
    money = {"amountMinor": 500, "currency": "EUR"}
    paid = {"amount": money, "description": typed("Purpose"), "idempotencyKey": typed("idem")}
    await user.data(PAYMENT, input=paid)
    await user.data("mutation { payTransactions { total { amountMinor } } }")
    await fill_media(user, typed)
    return user


async def fill_catalog(user: Caller, typed: Texts, other: Caller) -> None:
    """Products, one of them changed, one deleted; and a reservation of somebody else's."""
    for deleted in (True, False):
        details = {"name": typed("Product"), "description": typed("About"), "category": typed("cat").lower()}
        given = {**details, "sku": typed("SKU"), "tags": [typed("tag")], "price": {"amountMinor": 100}, "stock": 9}
        made = (await user.data(PRODUCT, input=given))["createProduct"]
        await user.data(UPDATE, id=made["id"], input={"name": typed("Newname"), "tags": [typed("newtag")]})
        if deleted:
            await user.data("mutation ($id: ID!) { deleteProduct(id: $id) { id } }", id=made["id"])
    rope = {"name": "Rope", "price": {"amountMinor": 100}, "stock": 3}
    theirs = (await other.data(PRODUCT, input=rope))["createProduct"]
    await user.data("mutation ($id: ID!) { reserveStock(productId: $id, quantity: 2) { id } }", id=theirs["id"])


async def fill_media(user: Caller, typed: Texts) -> None:
    """A text file, and a picture that is the avatar."""
    reply = await user.uploaded(f"{typed('file')}.txt", typed("content").encode() * 10)
    assert "errors" not in reply, reply
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    made = (await user.uploaded(f"{typed('picture')}.png", picture.getvalue()))["data"]["uploadFile"]
    await user.data("mutation ($id: ID!) { setAvatar(mediaId: $id) { id } }", id=made["id"])


async def pending(place: Harbour) -> dict[str, int]:
    """What waits to be done still."""
    found: dict[str, int] = {}
    for name, app in place.subgraphs.items():
        async with app.database.reading() as session:
            found[f"outbox of {name}"] = await count_waiting(session)
        if app.has_consumer:
            assert app.events is not None
            found[f"consumer of {name}"] = sum((await app.events.lag(name, app.handled_types)).values())
    mails = select(func.count()).where((QueuedMail.state == MailState.QUEUED) | QueuedMail.is_erased)  # type: ignore[arg-type]
    found["mails"] = await number(place, "notifications", mails)
    found["files"] = await number(place, "media", select(func.count()).where(Media.state == "deleted"))  # type: ignore[arg-type]
    return {name: count for name, count in found.items() if count}


async def number(place: Harbour, subgraph: str, statement: Any) -> int:
    """The number that a statement selects."""
    async with place.subgraphs[subgraph].database.reading() as session:
        return int(await session.scalar(statement) or 0)


async def drain(place: Harbour) -> None:
    """Wait until nothing is pending, twice in a row."""
    until, quiet = time.monotonic() + DEADLINE, 0
    while quiet < 2:
        found = await pending(place)
        quiet = 0 if found else quiet + 1
        assert time.monotonic() < until, found
        await asyncio.sleep(0.05)


def found_in(folder: Path, texts: list[str]) -> dict[str, list[str]]:
    """Which texts are in which files, whatever their case; databases write their journals first."""
    for file in folder.rglob("*.sqlite"):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found: dict[str, list[str]] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            content += quopri.decodestring(content) if path.suffix == ".eml" else b""
            if there := [text for text in texts if text.lower().encode() in content]:
                found[str(path.relative_to(folder))] = there
    return found


@pytest.mark.timeout(240)
async def test_nothing_is_left_of_a_deleted_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_MEDIA_SWEEP_SECONDS", "0.1")
    itself, by_admin = Texts("itself"), Texts("byadmin")
    async with harbour(tmp_path, monkeypatch) as place:
        admin, other = await place.admin(), await place.registered("ada")
        users = [await fill(place, itself, other)]
        users.append(await fill(place, by_admin, other))
        await drain(place)
        texts = [*itself.given, *by_admin.given]
        before = found_in(tmp_path, texts)
        assert {f"{name}.sqlite" for name in place.subgraphs} <= before.keys()
        assert any(name.startswith("mail/") for name in before)
        assert any(name.startswith("media/") for name in before)
        assert "events.sqlite" not in before

        await users[0].data(f'mutation {{ deleteMyAccount(password: "{PASSWORD}") }}')
        await admin.data("mutation ($id: ID!) { deleteUser(id: $id) }", id=users[1].user_id)
        await drain(place)
        verdict = (await admin.data("{ verifyAuditTrail { intact problem erasedEntries } }"))["verifyAuditTrail"]
        assert verdict["intact"], verdict
        assert verdict["erasedEntries"] > 20
        stock = (await admin.data("{ products { nodes { name stock } } }"))["products"]["nodes"]
        assert stock == [{"name": "Rope", "stock": 3}] * 2, "what they held is in stock again, what they sold is gone"
    assert found_in(tmp_path, texts) == {}


@pytest.mark.timeout(240)
async def test_events_of_a_deleted_user_that_come_late_are_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = Texts("late")
    async with harbour(tmp_path, monkeypatch) as place:
        user, other = await place.registered("bob"), await place.registered("ada")
        keys = place.subgraphs["tasks"].database.person_keys
        assert keys is not None
        await drain(place)
        await user.data(f'mutation {{ deleteMyAccount(password: "{PASSWORD}") }}')
        await drain(place)
        keys.forget(user.user_id)
        token_is_valid_still = {"title": typed("Title"), "assigneeId": other.user_id}
        await user.codes(TASK, input=token_is_valid_still)
        await drain(place)
    found = found_in(tmp_path, typed.given)
    assert found.keys() <= {"tasks.sqlite"}, "the task itself, where the token is not revoked yet"
